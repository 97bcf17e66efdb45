import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";

export type PageWish = { readonly limit?: number; readonly after?: string };
export type Page<Item> = { items: Item[]; next: string | null };
/** Of a list that is counted without reading it. */
type CountedPage<Item> = Page<Item> & { readonly total: number };

/** Rows of a page where its caller does not say. */
const ROWS = 100;

export function limitOf({ limit }: PageWish): number {
  return Math.min(limit ?? ROWS, LIMIT.rowsPerPage);
}

/** Where a shelf is to go on reading. */
export function afterOf({ after }: PageWish): { readonly after?: string } {
  return after === undefined ? {} : { after };
}

/** Of one row more than asked for: that one tells whether a next page exists. */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => string | number,
): Page<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last ? String(keyOf(last)) : null };
}

/** A page of a list that lies in memory, in its own order. */
export function cut<Row>(
  rows: readonly Row[],
  wish: PageWish,
  keyOf: (row: Row) => string,
): Outcome<CountedPage<Row>, Problem> {
  const start = wish.after === undefined ? 0 : rows.findIndex((r) => keyOf(r) === wish.after) + 1;
  if (wish.after !== undefined && start === 0) {
    return failure(noSuchRow());
  }
  const limit = limitOf(wish);
  const page = pageOf(rows.slice(start, start + limit + 1), limit, keyOf);
  return success({ ...page, total: rows.length });
}

export function noSuchRow(): Problem {
  return problem("request_invalid", "after: no such row, begin anew");
}
