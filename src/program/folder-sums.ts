import { columnOf, summedUp } from "../domain/aggregate.ts";
import type { Point } from "../domain/model.ts";
import type { Historian } from "../historian/historian.ts";
import { type SumsWish, stretchesOf } from "./sums-wish.ts";
import type { Span, SumsRow } from "./table-place.ts";

/** Sums of a point of a folder, as a server of this folder tells them. */
export async function* folderSums(
  historian: Historian,
  point: Point,
  span: Span,
  wish: SumsWish,
): AsyncGenerator<readonly SumsRow[]> {
  const { by, functions } = wish;
  const weighted = functions.includes("twa");
  const state = functions.includes("duration") ? { state: true } : {};
  for (const stretch of stretchesOf(span, wish)) {
    const asked = { ...stretch, by, weighted, ...state, now: Date.now() };
    const sums = await summedUp([point], undefined, (of) =>
      historian.aggregate({ ...asked, ...of }),
    );
    for (const buckets of sums.values()) {
      const columns = functions.map((name) => columnOf(buckets, name));
      yield Array.from(buckets.at, (at, row) => [
        point.id,
        new Date(Math.floor(at)).toISOString(),
        ...columns.map((column) => String(column[row] ?? "")),
      ]);
    }
  }
}
