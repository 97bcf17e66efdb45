import { failure, type Outcome, success } from "../lib/outcome.ts";
import { LIMIT } from "./limit.ts";
import type { Value } from "./reading.ts";

/** How a field of a binary payload is written. */
export const FIELD_FORMS = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float32: 4,
  float64: 8,
  /** One bit of a byte. */
  bit: 1,
  /** Two decimal digits a byte, as meters send them; `bytes` says how many. */
  bcd: null,
  /** UTF-8, without the zeros at its end. */
  text: null,
  hex: null,
} as const;
export type FieldForm = keyof typeof FIELD_FORMS;

/** One value in the bytes of a frame. */
export type FrameField = {
  /** Becomes the channel; `/` makes folders. */
  readonly name: string;
  /** Where it begins; the first byte is 0. */
  readonly offset: number;
  readonly form: FieldForm;
  /** The order of its bytes; without meaning for one byte, texts and hex. */
  readonly order: "little" | "big";
  /** Of `bcd`, `text` and `hex`: how many bytes. */
  readonly bytes?: number;
  /** Of `bit`: 0 is the lowest. */
  readonly bit?: number;
  /** The value is what is written times this, plus `shift`. */
  readonly scale?: number;
  readonly shift?: number;
  readonly unit?: string;
};

/** How messages are read that do not explain themselves. */
export type Layout = {
  readonly id: string;
  readonly name: string;
  /** The topics whose messages are read by it; of two that fit, the first by name counts. */
  readonly filter: string;
  /** The device's address: a text with `{1}` for the topic's first level, `{2}` for its second. */
  readonly device: string;
  /** None: the payload is JSON or a text, and only the device is named by the topic. */
  readonly fields: readonly FrameField[];
};

type FrameValue = { readonly name: string; readonly value: Value | null };

/** All values of a frame, or which field does not fit into it. */
export function readFrame(
  fields: readonly FrameField[],
  bytes: Uint8Array,
): Outcome<readonly FrameValue[], string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values: FrameValue[] = [];
  for (const field of fields) {
    const end = field.offset + sizeOf(field);
    if (end > bytes.length) {
      const place = `bytes ${field.offset} to ${end - 1}`;
      return failure(`'${field.name}' is at ${place}, and the message has ${bytes.length} bytes`);
    }
    values.push({ name: field.name, value: scaled(valueIn(view, field), field) });
  }
  return success(values);
}

/** What is wrong with the fields themselves, if anything is; with the first place. */
export function faultIn(fields: readonly FrameField[]): string | undefined {
  const names = new Set<string>();
  for (const [index, field] of fields.entries()) {
    const fault = names.has(field.name) ? `'${field.name}' is there twice` : faultOf(field);
    if (fault) return `/fields/${index}: ${fault}`;
    names.add(field.name);
  }
  return undefined;
}

function faultOf({ name, form, offset, bytes, bit, scale }: FrameField): string | undefined {
  if (name.trim() === "") return "a field needs a name";
  if (FIELD_FORMS[form] === null && !(bytes && bytes > 0)) return `${form} needs 'bytes'`;
  if (form === "bit" && bit === undefined) return "a bit needs its number, 0 to 7";
  if (scale === 0) return "a scale of 0 leaves nothing of the value";
  const end = offset + (FIELD_FORMS[form] ?? bytes ?? 0);
  return end > LIMIT.payloadBytes ? "it lies beyond the largest payload" : undefined;
}

export function sizeOf({ form, bytes = 0 }: Pick<FrameField, "form" | "bytes">): number {
  return FIELD_FORMS[form] ?? bytes;
}

function valueIn(view: DataView, field: FrameField): Value | null {
  const { offset, form, order } = field;
  const isLittle = order === "little";
  switch (form) {
    case "int8":
      return view.getInt8(offset);
    case "uint8":
      return view.getUint8(offset);
    case "int16":
      return view.getInt16(offset, isLittle);
    case "uint16":
      return view.getUint16(offset, isLittle);
    case "int32":
      return view.getInt32(offset, isLittle);
    case "uint32":
      return view.getUint32(offset, isLittle);
    case "int64":
      return exact(view.getBigInt64(offset, isLittle));
    case "uint64":
      return exact(view.getBigUint64(offset, isLittle));
    case "float32":
      return finite(view.getFloat32(offset, isLittle));
    case "float64":
      return finite(view.getFloat64(offset, isLittle));
    case "bit":
      return ((view.getUint8(offset) >> (field.bit ?? 0)) & 1) === 1;
    case "bcd":
    case "text":
    case "hex":
      return written(bytesIn(view, field), form, isLittle);
  }
}

/** Nobody measures infinity: it says that there is no value. */
function finite(number: number): number | null {
  return Number.isFinite(number) ? number : null;
}

function exact(whole: bigint): number | bigint {
  const number = Number(whole);
  return Number.isSafeInteger(number) ? number : whole;
}

function bytesIn(view: DataView, { offset, bytes = 0 }: FrameField): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + offset, bytes);
}

const UTF8 = new TextDecoder("utf-8");

function written(bytes: Uint8Array, form: "bcd" | "text" | "hex", isLittle: boolean): Value | null {
  if (form === "text") return UTF8.decode(bytes).replace(/\0+$/, "");
  const ordered = isLittle && form === "bcd" ? bytes.toReversed() : bytes;
  const digits = Array.from(ordered, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (form === "hex") return digits;
  return /^\d+$/.test(digits) ? exact(BigInt(digits)) : null;
}

/** Exact where there is nothing to reckon; a scale makes a float of it. */
function scaled(value: Value | null, { scale = 1, shift = 0 }: FrameField): Value | null {
  if (typeof value !== "number" && typeof value !== "bigint") return value;
  if (scale === 1 && shift === 0) return value;
  // 0.1 is not exact, one tenth is: 215 * 0.1 would be 21.500000000000004.
  const inverse = 1 / scale;
  const whole = Math.round(inverse);
  const isFraction = whole !== 0 && Math.abs(inverse - whole) < 1e-9 * Math.abs(whole);
  const product = isFraction ? Number(value) / whole : Number(value) * scale;
  return Number((product + shift).toPrecision(15));
}
