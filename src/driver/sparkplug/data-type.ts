import type { DataType } from "../../domain/catalogue.ts";

/** Specification 6.4.16: the numbers of the data types, by their names. */
export const TYPE_NUMBERS = {
  Int8: 1,
  Int16: 2,
  Int32: 3,
  Int64: 4,
  UInt8: 5,
  UInt16: 6,
  UInt32: 7,
  UInt64: 8,
  Float: 9,
  Double: 10,
  Boolean: 11,
  String: 12,
  DateTime: 13,
  Text: 14,
  UUID: 15,
  DataSet: 16,
  Bytes: 17,
  File: 18,
  Template: 19,
  Int8Array: 22,
  Int16Array: 23,
  Int32Array: 24,
  Int64Array: 25,
  UInt8Array: 26,
  UInt16Array: 27,
  UInt32Array: 28,
  UInt64Array: 29,
  FloatArray: 30,
  DoubleArray: 31,
  BooleanArray: 32,
  StringArray: 33,
  DateTimeArray: 34,
} as const;

export type TypeName = keyof typeof TYPE_NUMBERS;

const NAMES: ReadonlyMap<number, TypeName> = new Map(
  Object.entries(TYPE_NUMBERS).map(([name, number]) => [number, name as TypeName]),
);

export function typeNameOf(number: number): TypeName | undefined {
  return NAMES.get(number);
}

/** The whole numbers with a sign; they lie in fields without one. */
export const SIGNED_BITS: Readonly<Partial<Record<TypeName, number>>> = {
  Int8: 8,
  Int16: 16,
  Int32: 32,
  Int64: 64,
};

/** Which of a `oneof`'s fields holds a value of this type. */
export function isLong(type: TypeName): boolean {
  return type === "Int64" || type === "UInt64" || type === "DateTime";
}

/** Our type for it. Times, data sets, arrays and bytes are kept as text that people can read. */
export function dataTypeOf(type: TypeName): DataType {
  if (type === "Boolean") return "boolean";
  if (type === "Float" || type === "Double") return "number";
  return /^U?Int\d+$/.test(type) ? "integer" : "string";
}
