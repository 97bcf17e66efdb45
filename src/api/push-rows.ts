import type { PointId } from "../domain/brand.ts";
import { problem } from "../domain/problem.ts";
import { putRow, rowOfCells, type TableRow } from "../domain/sample-table.ts";
import { SamplesBuilder } from "../domain/samples.ts";
import { latestOf, timeFault } from "../domain/time.ts";
import { failure, success } from "../lib/outcome.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { storeSamples } from "./push.ts";

export const pushRowsHandlers = { "POST /samples": pushRows } satisfies Handlers;

type RowsRoute = "POST /samples";

/**
 * Samples that were taken out of a house come back as they were, of whatever kind; devices and
 * programs push theirs to a point, whose type they have to have. All rows or none, but for those
 * that are older than what is kept.
 */
async function pushRows(house: House, { body }: Call<RowsRoute>): Answer<RowsRoute> {
  const { points } = await house.model.view();
  const latest = latestOf(house.clock.now());
  const { statusSeries } = house.ingest;
  const samples = new SamplesBuilder(body.rows.length);
  for (const [index, cells] of body.rows.entries()) {
    const row = rowFrom(cells);
    if (typeof row === "string") {
      return failure(problem("request_invalid", `rows/${index}: ${row}`));
    }
    const point = points.get(row.point as PointId);
    if (!point) return failure(problem("point_unknown", `rows/${index}: no point '${row.point}'`));
    const fault = timeFault(row.at, latest, `rows/${index}`);
    if (fault) return failure(fault);
    if (row.statusWord !== null) await statusSeries.give([point.series]);
    putRow(samples, point.series, statusSeries.of(point.series), row);
  }
  const stored = await storeSamples(house, samples.take());
  if (!stored.ok) return stored;
  const tooOld = Math.min(stored.value.tooOld, body.rows.length);
  return success({ stored: body.rows.length - tooOld, tooOld });
}

/** A sentence where it is none. */
function rowFrom(cells: readonly string[]): TableRow | string {
  try {
    return rowOfCells(cells);
  } catch (reason) {
    return reason instanceof Error ? reason.message : String(reason);
  }
}
