import type { Value } from "../../domain/reading.ts";
import type { Json } from "../../lib/json.ts";
import { writable } from "../value.ts";
import { isLong, type TypeName, typeNameOf } from "./data-type.ts";
import type { DataSet, Raw } from "./payload.ts";

/** Bits of the whole types that lie in a wider field (specification 6.4.16). */
const BITS: Readonly<Partial<Record<TypeName, number>>> = { Int8: 8, Int16: 16, Int32: 32 };

/** A value in our words; undefined where the field does not fit the type. */
export function valueIn(raw: Raw, type: TypeName): Value | undefined {
  switch (raw.kind) {
    case "int":
    case "long":
      return wholeValue(raw.whole, type);
    case "float":
    case "double":
      return raw.number;
    case "boolean":
      return raw.truth;
    case "string":
      return raw.text;
    case "bytes":
      return textOfBytes(raw.bytes, type);
    case "dataSet":
      return JSON.stringify(tableOf(raw.dataSet));
    case "template":
      return undefined; // Its members are metrics of their own.
  }
}

function wholeValue(whole: bigint, type: TypeName): Value | undefined {
  if (type === "Boolean") return whole !== 0n;
  if (type === "DateTime") return isoOf(whole);
  const bits = BITS[type];
  if (bits !== undefined) return Number(BigInt.asIntN(bits, whole));
  return asValue(type === "Int64" ? BigInt.asIntN(64, whole) : whole);
}

/** Exact as a number where it can be, and as a bigint beyond. */
function asValue(whole: bigint): number | bigint {
  const number = Number(whole);
  return Number.isSafeInteger(number) ? number : whole;
}

/** The last time that a date can hold. */
const TIME_MAX = 8_640_000_000_000_000n;

function isoOf(whole: bigint): string | undefined {
  return whole > TIME_MAX ? undefined : new Date(Number(whole)).toISOString();
}

/** Arrays as JSON; bytes and files in base64. */
function textOfBytes(bytes: Uint8Array, type: TypeName): string | undefined {
  if (!type.endsWith("Array")) return Buffer.from(bytes).toString("base64");
  const items = arrayOf(bytes, type);
  return items && JSON.stringify(items);
}

type Reader = (view: DataView, at: number) => Json;

/** Specification 6.4.17: packed one behind the other, little endian. */
const ITEMS: Readonly<Partial<Record<TypeName, readonly [bytes: number, read: Reader]>>> = {
  Int8Array: [1, (view, at) => view.getInt8(at)],
  Int16Array: [2, (view, at) => view.getInt16(at, true)],
  Int32Array: [4, (view, at) => view.getInt32(at, true)],
  Int64Array: [8, (view, at) => writable(asValue(view.getBigInt64(at, true)))],
  UInt8Array: [1, (view, at) => view.getUint8(at)],
  UInt16Array: [2, (view, at) => view.getUint16(at, true)],
  UInt32Array: [4, (view, at) => view.getUint32(at, true)],
  UInt64Array: [8, (view, at) => writable(asValue(view.getBigUint64(at, true)))],
  FloatArray: [4, (view, at) => view.getFloat32(at, true)],
  DoubleArray: [8, (view, at) => view.getFloat64(at, true)],
  DateTimeArray: [8, (view, at) => isoOf(view.getBigUint64(at, true)) ?? null],
};

function arrayOf(bytes: Uint8Array, type: TypeName): Json[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === "BooleanArray") return booleansOf(view);
  if (type === "StringArray") return textsOf(bytes);
  const [size, read] = ITEMS[type] ?? [];
  if (size === undefined || !read || bytes.length % size !== 0) return undefined;
  return Array.from({ length: bytes.length / size }, (_, index) => read(view, index * size));
}

/** A count of 4 bytes, then 8 to a byte, the first in the highest bit. */
function booleansOf(view: DataView): Json[] | undefined {
  if (view.byteLength < 4) return undefined;
  const count = view.getUint32(0, true);
  if (count > (view.byteLength - 4) * 8) return undefined;
  return Array.from({ length: count }, (_, index) => {
    return ((view.getUint8(4 + (index >> 3)) >> (7 - (index & 7))) & 1) === 1;
  });
}

/** Each of them ends with a zero byte. */
function textsOf(bytes: Uint8Array): Json[] {
  const texts = Buffer.from(bytes).toString().split("\0");
  if (texts.at(-1) === "") texts.pop();
  return texts;
}

function tableOf({ columns, types, rows }: DataSet): Json {
  return {
    columns,
    rows: rows.map((row) => row.map((cell, index) => cellOf(cell, typeNameOf(types[index] ?? 0)))),
  };
}

function cellOf(cell: Raw | undefined, type: TypeName = "String"): Json {
  return writable((cell && valueIn(cell, type)) ?? null);
}

/** How a value is written for this type; undefined where it is none of that type. */
export function rawFor(value: Json, type: TypeName): Raw | undefined {
  switch (typeof value) {
    case "boolean":
      return type === "Boolean" ? { kind: "boolean", truth: value } : undefined;
    case "number":
      return rawNumber(value, type);
    case "string":
      return rawText(value, type);
    default:
      return undefined;
  }
}

/** The least and the most that a whole type holds. */
const LIMITS: Readonly<Partial<Record<TypeName, readonly [bigint, bigint]>>> = {
  Int8: [-(2n ** 7n), 2n ** 7n - 1n],
  Int16: [-(2n ** 15n), 2n ** 15n - 1n],
  Int32: [-(2n ** 31n), 2n ** 31n - 1n],
  Int64: [-(2n ** 63n), 2n ** 63n - 1n],
  UInt8: [0n, 2n ** 8n - 1n],
  UInt16: [0n, 2n ** 16n - 1n],
  UInt32: [0n, 2n ** 32n - 1n],
  UInt64: [0n, 2n ** 64n - 1n],
};

function rawNumber(value: number, type: TypeName): Raw | undefined {
  if (type === "Float") return { kind: "float", number: value };
  if (type === "Double") return { kind: "double", number: value };
  return Number.isSafeInteger(value) ? rawWhole(BigInt(value), type) : undefined;
}

function rawWhole(whole: bigint, type: TypeName): Raw | undefined {
  const [low, high] = LIMITS[type] ?? [];
  if (low === undefined || high === undefined || whole < low || whole > high) return undefined;
  return isLong(type)
    ? { kind: "long", whole: BigInt.asUintN(64, whole) }
    : { kind: "int", whole: BigInt.asUintN(32, whole) };
}

function rawText(value: string, type: TypeName): Raw | undefined {
  if (type === "String" || type === "Text" || type === "UUID")
    return { kind: "string", text: value };
  if (type === "DateTime") {
    const time = Date.parse(value);
    return Number.isNaN(time) ? undefined : { kind: "long", whole: BigInt(time) };
  }
  // Digits in a text: whole numbers that JSON cannot hold.
  return /^-?\d{1,20}$/.test(value) ? rawWhole(BigInt(value), type) : undefined;
}
