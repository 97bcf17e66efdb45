import type { Variable } from "./catalogue.ts";

/** How a value is kept, as far as a type says it. */
type Kind = Pick<Variable, "dataType" | "int32" | "text">;

/** MindSphere's data types. LONG and INT differ in width only, TIMESTAMP is a text. */
const KINDS = new Map<string, Kind>([
  ["BOOLEAN", { dataType: "boolean" }],
  ["INT", { dataType: "integer", int32: true }],
  ["LONG", { dataType: "integer" }],
  ["DOUBLE", { dataType: "number" }],
  ["STRING", { dataType: "string" }],
  ["BIG_STRING", { dataType: "string", text: "big" }],
  ["TIMESTAMP", { dataType: "string", text: "timestamp" }],
]);

export const DATA_TYPE_WORDS = [...KINDS.keys()];

/** Undefined where it is none of MindSphere's words. */
export function kindOfWord(word: string): Kind | undefined {
  return KINDS.get(word);
}

/** MindSphere's word for what a variable holds, whoever declared it. */
export function wordOfKind({ dataType, int32, text }: Kind): string {
  const found = [...KINDS].find(
    ([, kind]) => kind.dataType === dataType && kind.text === text && !kind.int32 === !int32,
  );
  return found?.[0] ?? "STRING";
}
