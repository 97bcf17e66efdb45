/** The rows whose text holds every word that is searched for, in whatever order and case. */
export function matching<Row>(
  rows: readonly Row[],
  search: string | undefined,
  textOf: (row: Row) => string,
): readonly Row[] {
  if (search === undefined) return rows;
  const words = search.toLowerCase().split(/\s+/);
  return rows.filter((row) => {
    const text = textOf(row).toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
