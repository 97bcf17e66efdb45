import type { Body, LayoutReply } from "../src/api/contract.ts";
import {
  FIELD_FORMS,
  type FieldForm,
  type FrameField,
  faultIn,
  readFrame,
  sizeOf,
} from "../src/domain/frame.ts";
import type { Value } from "../src/domain/reading.ts";
import { isValidFilter, matchesFilter } from "../src/domain/topic.ts";

/** A field as it stands in the form: text, as typed. */
export type FieldDraft = {
  /** Stays the same while the field is moved. */
  readonly key: number;
  readonly name: string;
  readonly form: FieldForm;
  readonly offset: string;
  readonly order: "little" | "big";
  /** Of `bit` its number, of `bcd`, `text` and `hex` how many bytes. */
  readonly size: string;
  readonly scale: string;
  readonly shift: string;
  readonly unit: string;
};

export type LayoutDraft = {
  readonly name: string;
  readonly filter: string;
  readonly device: string;
  readonly fields: readonly FieldDraft[];
  /** A message to try it on: bytes in hex, and the topic that it came on. */
  readonly sample: string;
  readonly topic: string;
};

type LayoutBody = Body<"POST /layouts">;
type LayoutResult = {
  /** What is wrong, by place; `body` only where nothing is. */
  readonly errors: Partial<Record<"name" | "filter" | "device" | "fields" | "sample", string>>;
  readonly body: LayoutBody | null;
};

export const FORM_NAMES: Readonly<Record<FieldForm, string>> = {
  int8: "int8",
  uint8: "uint8",
  int16: "int16",
  uint16: "uint16",
  int32: "int32",
  uint32: "uint32",
  int64: "int64",
  uint64: "uint64",
  float32: "float32",
  float64: "float64",
  bit: "one bit",
  bcd: "digits (BCD)",
  text: "text",
  hex: "bytes in hex",
};
export const FORMS = Object.keys(FIELD_FORMS) as FieldForm[];

/**
 * An empty form, or one that begins with a message that nobody could read. The level before the
 * last mostly names the device: the others of its kind have it otherwise.
 */
export function newDraft(topic = "", sample = ""): LayoutDraft {
  const levels = topic.split("/");
  const place = Math.max(1, levels.length - 1);
  const filter = levels.map((level, at) => (at === place - 1 ? "+" : level)).join("/");
  return {
    name: "",
    filter: levels.length === 1 ? topic : filter,
    device: `{${place}}`,
    fields: [fieldAfter([])],
    sample: sample.replace(/^0x/, ""),
    topic,
  };
}

export function draftOf(layout: LayoutReply): LayoutDraft {
  const { name, filter, device, fields } = layout;
  const drafts = fields.map((field, key) => ({
    key,
    name: field.name,
    form: field.form,
    offset: String(field.offset),
    order: field.order,
    size: String(field.bit ?? field.bytes ?? ""),
    scale: field.scale === undefined ? "" : String(field.scale),
    shift: field.shift === undefined ? "" : String(field.shift),
    unit: field.unit ?? "",
  }));
  return { name, filter, device, fields: drafts, sample: "", topic: filter };
}

/** The next field begins where the last one ends, and is written as that one. */
export function fieldAfter(fields: readonly FieldDraft[]): FieldDraft {
  const last = fields.at(-1);
  const end = last ? Number(last.offset) + (sizeOf(fieldOf(last)) || 1) : 0;
  return {
    key: fields.reduce((most, { key }) => Math.max(most, key), -1) + 1,
    name: "",
    form: last?.form ?? "int32",
    offset: String(Number.isFinite(end) ? end : 0),
    order: last?.order ?? "little",
    size: last?.size ?? "",
    scale: "",
    shift: "",
    unit: "",
  };
}

export function resultOf(draft: LayoutDraft): LayoutResult {
  const name = draft.name.trim();
  const device = draft.device.trim();
  const fields = draft.fields.map(fieldOf);
  const fault = numberFault(draft.fields) ?? faultIn(fields);
  const errors = {
    ...(name === "" && { name: "It needs a name." }),
    ...(!isValidFilter(draft.filter) && {
      filter: "A topic, with + for any level and # for all that follow.",
    }),
    ...(device === "" && { device: "The device needs an address." }),
    ...(fault && { fields: personal(fault) }),
    ...(bytesOf(draft.sample) === undefined && { sample: "Two hex digits a byte." }),
  };
  const { sample: _, ...blocking } = errors as LayoutResult["errors"];
  const isReady = Object.keys(blocking).length === 0;
  return { errors, body: isReady ? { name, filter: draft.filter, device, fields } : null };
}

/** Two digits a byte, with or without spaces, colons and `0x`; undefined if it is none of that. */
export function bytesOf(hex: string): Uint8Array | undefined {
  const digits = hex.replaceAll(/0x|[\s:,-]/gi, "");
  if (digits.length % 2 === 1 || /[^\da-f]/i.test(digits)) return undefined;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export type Tried = { readonly value: Value | null } | { readonly fault: string };

/** What each field reads from the sample, by the field's key. */
export function triedOn(draft: LayoutDraft): ReadonlyMap<number, Tried> {
  const bytes = bytesOf(draft.sample) ?? new Uint8Array();
  return new Map(
    draft.fields.map((field): [number, Tried] => {
      const read = numberFault([field]) ? undefined : readFrame([fieldOf(field)], bytes);
      if (!read) return [field.key, { fault: "not yet a field" }];
      if (!read.ok) return [field.key, { fault: "beyond the end" }];
      return [field.key, { value: read.value[0]?.value ?? null }];
    }),
  );
}

/** Which field each byte of the sample belongs to: its place in the list, or -1. */
export function ownersOf({ fields, sample }: LayoutDraft): readonly number[] {
  const owners = Array.from(bytesOf(sample) ?? [], () => -1);
  for (const [place, draft] of fields.entries()) {
    const field = fieldOf(draft);
    const end = Math.min(owners.length, field.offset + sizeOf(field));
    for (let at = Math.max(0, field.offset); at < end; at += 1) owners[at] = place;
  }
  return owners;
}

/** The device that a message on the sample's topic would be of; undefined where it does not fit. */
export function deviceFor({ filter, device, topic }: LayoutDraft): string | undefined {
  if (topic === "" || !isValidFilter(filter) || !matchesFilter(filter, topic)) return undefined;
  const levels = topic.split("/");
  return device.replaceAll(/\{(\d+)\}/g, (_, number) => levels[number - 1] ?? "").trim() || topic;
}

function fieldOf({ name, form, offset, order, size, scale, shift, unit }: FieldDraft): FrameField {
  const isSized = FIELD_FORMS[form] === null;
  return {
    name: name.trim(),
    offset: Number(offset),
    form,
    order,
    ...(isSized && { bytes: Number(size) }),
    ...(form === "bit" && size.trim() !== "" && { bit: Number(size) }),
    ...(scale.trim() !== "" && { scale: Number(scale) }),
    ...(shift.trim() !== "" && { shift: Number(shift) }),
    ...(unit.trim() !== "" && { unit: unit.trim() }),
  };
}

function numberFault(fields: readonly FieldDraft[]): string | undefined {
  for (const [index, draft] of fields.entries()) {
    const field = fieldOf(draft);
    const { offset, bytes = 1, bit = 0, scale = 1, shift = 0 } = field;
    const wholes = [offset, bytes, bit].every((number) => Number.isInteger(number) && number >= 0);
    if (!wholes || draft.offset.trim() === "" || bit > 7) {
      return `/fields/${index}: offset and size are whole numbers, a bit is 0 to 7`;
    }
    if (!Number.isFinite(scale) || !Number.isFinite(shift)) {
      return `/fields/${index}: scale and shift are numbers`;
    }
  }
  return undefined;
}

/** `/fields/2: …` is `Field 3: …` for a person. */
function personal(fault: string): string {
  return fault.replace(/^\/fields\/(\d+)/, (_, index) => `Field ${Number(index) + 1}`);
}
