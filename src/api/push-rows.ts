import type { PointId } from "../domain/brand.ts";
import { problem } from "../domain/problem.ts";
import { SampleLines } from "../domain/sample-lines.ts";
import { rowOfCells } from "../domain/sample-table.ts";
import { PAGE_ROWS, PageBuilder, RowError, type TablePage } from "../domain/table-page.ts";
import { knownTrouble } from "../historian/historian.ts";
import { type Keeping, keepPage } from "../import/import.ts";
import { failure, success } from "../lib/outcome.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { keepingOf } from "./keeping.ts";

export const pushRowsHandlers = {
  "POST /samples": pushRows,
  "POST /samples/table": pushTable,
} satisfies Handlers;

type RowsRoute = "POST /samples";
type TableRoute = "POST /samples/table";

/**
 * Samples that were taken out of a house come back as they were, of whatever kind; devices and
 * programs push theirs to a point, whose type they have to have. All rows or none, but for those
 * that are older than what is kept.
 */
async function pushRows(house: House, { body }: Call<RowsRoute>): Answer<RowsRoute> {
  const page = await pageFor(house);
  for (const [index, cells] of body.rows.entries()) {
    try {
      const { point, at, value, ...said } = rowOfCells(cells);
      page.put(page.seriesOf(point), at, value, said);
    } catch (reason) {
      return failure(RowError.at(`rows/${index}`, reason).problem);
    }
  }
  return store(house, page.take());
}

/** The same as text, read where its bytes lie. */
async function pushTable(house: House, { body }: Call<TableRoute>): Answer<TableRoute> {
  if (!(body instanceof Uint8Array)) return failure(problem("request_invalid", NO_TABLE));
  const page = await pageFor(house);
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  try {
    const read = new SampleLines(page).read(bytes, true);
    if (read < bytes.length) throw new Error(`more than ${PAGE_ROWS} rows`);
  } catch (reason) {
    return failure(RowError.of(reason).problem);
  }
  return store(house, page.take());
}

const NO_TABLE = "send a table of samples, with its content type";

async function pageFor({ model, clock }: House): Promise<PageBuilder> {
  const { points } = await model.view();
  return new PageBuilder((id) => points.get(id as PointId)?.series, clock.now());
}

async function store(house: House, page: TablePage): Answer<RowsRoute> {
  const kept = await keepPage(page, whereReachable(keepingOf(house)));
  if (!kept.ok) return kept;
  const rows = page.samples.count;
  const { fresh, unknown: uncompared, tooOld, ...known } = kept.value;
  if (rows > 0 && tooOld === rows) {
    return failure(problem("sample_too_old", "raw samples of then were let go"));
  }
  return success({ stored: rows - tooOld, tooOld, new: fresh - tooOld, ...known, uncompared });
}

/** Samples are taken also where older ones cannot be read: then nobody knows what they change. */
function whereReachable(keeping: Keeping): Keeping {
  const past: Keeping["past"] = (query) =>
    keeping.past(query).catch((reason) => {
      if (knownTrouble(reason)) return undefined;
      throw reason;
    });
  return { ...keeping, past };
}
