import { searchFor } from "../lib/search.ts";

/** The rows whose text holds every word that is searched for. */
export function matching<Row>(
  rows: readonly Row[],
  search: string | undefined,
  textOf: (row: Row) => string,
): readonly Row[] {
  if (search === undefined) return rows;
  const isFound = searchFor(search);
  return rows.filter((row) => isFound(textOf(row)));
}
