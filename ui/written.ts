import type { Value } from "../src/domain/reading.ts";

/** A table that travels as one text, as Sparkplug's data sets do. */
type WrittenTable = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
};

/** The table that a text is, if it is one. */
export function tableIn(value: Value | null | undefined): WrittenTable | undefined {
  if (typeof value !== "string" || !value.startsWith('{"columns":[')) return undefined;
  try {
    const { columns, rows } = JSON.parse(value);
    if (!Array.isArray(columns) || !Array.isArray(rows)) return undefined;
    return { columns: columns.map(String), rows: rows.filter(Array.isArray) };
  } catch {
    return undefined; // Only a text that begins like one.
  }
}

/** A time that a text is: ISO 8601 with its offset, as drivers write them. */
export function timeIn(value: string): number | undefined {
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value);
  const at = isTime ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}
