import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { Answer, Ask } from "./route.ts";

type Cut = { readonly page: number; readonly size: number };

/** Which page a list is asked for. `size=0`, which Siemens' own tests send, asks for the usual. */
export function cutOf({ query }: Ask, usual = 10): Outcome<Cut, Problem> {
  const page = wholeOf(query["page"], 0);
  const size = wholeOf(query["size"], usual);
  if (page === undefined || size === undefined) {
    return failure(problem("request_invalid", "page and size: whole numbers from 0 on"));
  }
  return success({ page, size: Math.min(size || usual, LIMIT.insightsRows) });
}

/** HAL, with 0-based pages. A page behind the last is empty: the SDK asks for one too many. */
export function halPage<Row>(ask: Ask, cut: Cut, name: string, all: readonly Row[]): Answer {
  const { page, size } = cut;
  const rows = all.slice(page * size, (page + 1) * size);
  return halCut(ask, cut, name, { rows, total: all.length });
}

/** The same where nobody has all rows at hand. */
export function halCut<Row>(
  ask: Ask,
  { page, size }: Cut,
  name: string,
  { rows, total }: { readonly rows: readonly Row[]; readonly total: number },
): Answer {
  const pages = Math.ceil(total / size);
  const link = (to: number) => ({ href: hrefOf(ask, { page: to, size }) });
  const body = {
    _embedded: { [name]: rows },
    _links: {
      self: link(page),
      first: link(0),
      ...(page > 0 && { prev: link(page - 1) }),
      ...(page + 1 < pages && { next: link(page + 1) }),
      last: link(Math.max(pages - 1, 0)),
    },
    page: { size, totalElements: total, totalPages: pages, number: page },
  };
  return { status: 200, body };
}

/** Spring's form, which agent management and MindConnect have instead. */
export function springPage<Row>({ page, size }: Cut, rows: readonly Row[]): Answer {
  const pages = Math.ceil(rows.length / size);
  const content = rows.slice(page * size, (page + 1) * size);
  const body = {
    content,
    last: page >= pages - 1,
    totalPages: pages,
    totalElements: rows.length,
    numberOfElements: content.length,
    first: page === 0,
    sort: null,
    size,
    number: page,
  };
  return { status: 200, body };
}

function wholeOf(text: string | undefined, usual: number): number | undefined {
  if (text === undefined || text === "") return usual;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** The same question for another page. */
function hrefOf({ origin, path, query }: Ask, cut: Cut): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && !(name in cut)) asked.set(name, value);
  }
  for (const [name, value] of Object.entries(cut)) asked.set(name, String(value));
  return `${origin}${path}?${asked}`;
}
