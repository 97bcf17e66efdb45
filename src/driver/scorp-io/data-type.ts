import type { DataType } from "../../domain/catalogue.ts";

const NAMES: Readonly<Record<DataType, readonly string[]>> = {
  boolean: ["boolean"],
  integer: [
    ...["integer", "short", "long"],
    ...["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"],
  ],
  number: ["double", "float"],
  // A DateTime comes as milliseconds or as ISO 8601: only a text holds both.
  string: ["string", "text", "uuid", "datetime"],
};

const TYPE_OF: ReadonlyMap<string, DataType> = new Map([
  ...NAMES.boolean.map((name) => [name, "boolean"] as const),
  ...NAMES.integer.map((name) => [name, "integer"] as const),
  ...NAMES.number.map((name) => [name, "number"] as const),
  ...NAMES.string.map((name) => [name, "string"] as const),
]);

/** The guide's names of types and Sparkplug's, which other public clients use; in any case. */
export function dataTypeOf(name: string): DataType | undefined {
  return TYPE_OF.get(name.toLowerCase());
}
