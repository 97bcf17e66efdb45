import { setImmediate } from "node:timers/promises";
import type { Series } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { pageOf, type TablePage } from "../domain/table-page.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { compared, MARKS } from "./compare.ts";
import type { Directory, Reading } from "./reading.ts";
import { type Row, RowReader } from "./row-reader.ts";
import { type Keeping, type Settled, settle } from "./settle.ts";
import { TableError, type TableFile } from "./table-file.ts";
import { newReport, type Report } from "./tally.ts";

/** What a walk needs of other rooms. */
export type Hands = Keeping & { readonly directory: Directory };

export type WalkParts = {
  readonly table: TableFile;
  readonly reading: Reading;
  readonly columns: readonly string[];
  readonly hands: Hands;
  /**
   * `check` changes nothing. `store` ends before the first row that it cannot take, `skip` leaves
   * such rows out.
   */
  readonly mode: "check" | "store" | "skip";
  readonly now: number;
  readonly isStopped: () => boolean;
  /** Told of the report now and then, while it grows. */
  readonly onProgress: (report: Report) => void;
};

/** One walk over a table: what it would change, or has changed, up to where it ended. */
export type Walked = {
  readonly report: Report;
  readonly end: Outcome<"whole" | "stopped", Problem>;
};

/** Settles when all that the report says is stored is safe. */
export async function walk(parts: WalkParts): Promise<Walked> {
  const report = newReport();
  const reader = new RowReader({ ...parts, ...parts.hands, report });
  try {
    return { report, end: await walkLines(parts, reader, report) };
  } catch (reason) {
    if (!(reason instanceof TableError)) throw reason;
    return { report, end: failure(problem("import_refused", reason.message)) };
  }
}

async function walkLines(
  parts: WalkParts,
  reader: RowReader,
  report: Report,
): Promise<Walked["end"]> {
  for await (const { rows, unfit } of batchesOf(parts, reader, report)) {
    const settled = await settleRows(parts, rows, report);
    if (!settled.ok) return settled;
    if (unfit) return failure(unfit);
    parts.onProgress(report);
    if (parts.isStopped()) return success("stopped");
  }
  return success("whole");
}

const BATCH_ROWS = LIMIT.samplesPerImportBatch;
/** About two milliseconds. */
const LINES_AT_ONCE = 512;
/** Of lines that are left out there may be many. */
const LINES_MAX = 4 * BATCH_ROWS;

type Batch = {
  readonly rows: readonly Row[];
  /** Why nothing behind them may be stored. */
  readonly unfit?: Problem | undefined;
};

async function* batchesOf(
  { table, reading, mode }: WalkParts,
  reader: RowReader,
  report: Report,
): AsyncGenerator<Batch> {
  let rows: Row[] = [];
  let isHead = reading.hasHead;
  for await (const line of table.lines()) {
    if (!isHead) rows.push(...reader.read(line));
    isHead = false;
    // Devices and people come in between.
    if (report.rows % LINES_AT_ONCE === 0) await setImmediate();
    const unfit = mode === "store" ? unfitOf(report) : undefined;
    if (!unfit && rows.length < BATCH_ROWS && report.rows % LINES_MAX !== 0) continue;
    yield { rows, unfit };
    rows = [];
  }
  yield { rows };
}

/** Why a row was not taken, where nobody said that such rows may be left out. */
function unfitOf({ faults: [fault], series }: Report): Problem | undefined {
  if (fault) return problem("import_refused", `line ${fault.line}: ${fault.detail}`);
  const unknown = series.find(({ target, isLeftOut }) => !target && !isLeftOut);
  return unknown && problem("point_unknown", `no point is known for '${unknown.name}'`);
}

/** Rows without a target are left out before. */
const NO_SERIES = 0 as Series;

async function settleRows(
  { hands, mode }: WalkParts,
  rows: readonly Row[],
  report: Report,
): Promise<Outcome<void, Problem>> {
  if (rows.length === 0) return success(undefined);
  const page = pageOf(rows, ({ of }) => of.target?.series ?? NO_SERIES);
  const settled = mode === "check" ? await looked(page, hands) : await settle(page, hands);
  if (!settled.ok) return settled;
  report.tooOld += settled.value.tooOld;
  for (const [at, { of }] of rows.entries()) {
    of[MARKS[settled.value.marks[at] ?? 0] ?? "unknown"] += 1;
  }
  return success(undefined);
}

/** What would become of its rows. */
async function looked(page: TablePage, { past }: Keeping): Promise<Outcome<Settled, never>> {
  return success({ marks: await compared(past, page), tooOld: 0 });
}
