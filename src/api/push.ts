import type { Variable } from "../domain/catalogue.ts";
import { integerOf, isInt32 } from "../domain/integer.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { type Quality, qualityUntold, type Value } from "../domain/reading.ts";
import { putRow, type TableRow } from "../domain/sample-table.ts";
import { type Samples, SamplesBuilder } from "../domain/samples.ts";
import { moreThanQuality, qualityOfWord } from "../domain/status-word.ts";
import { latestOf, timeFault } from "../domain/time.ts";
import type { Appended } from "../historian/historian.ts";
import { AssertionError } from "../lib/assert.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { Body } from "./contract.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { pointOf } from "./points.ts";
import { timeOf } from "./time.ts";

export const pushHandlers = { "POST /points/:id/samples": push } satisfies Handlers;

type PushRoute = "POST /points/:id/samples";
type Given = Body<PushRoute>["samples"][number];
type Row = Omit<TableRow, "point">;

/**
 * The walk up without a device: stored first, then shown, then answered. All rows or none, but for
 * those that are older than what is kept.
 */
async function push(house: House, { params, body }: Call<PushRoute>): Answer<PushRoute> {
  const point = await pointOf(house, params.id);
  if (!point.ok) return point;
  const { series, variable } = point.value;
  const rows = rowsOf(variable, body.samples, house.clock.now());
  if (!rows.ok) return rows;
  const { statusSeries } = house.ingest;
  if (rows.value.some(({ statusWord }) => statusWord !== null)) await statusSeries.give([series]);
  const samples = new SamplesBuilder(rows.value.length);
  for (const row of rows.value) putRow(samples, series, statusSeries.of(series), row);
  const stored = await storeSamples(house, samples.take());
  if (!stored.ok || statusSeries.of(series) === undefined) return stored;
  // Each with its word: two samples a row.
  return success({ stored: stored.value.stored / 2, tooOld: stored.value.tooOld / 2 });
}

type Stored = { stored: number; tooOld: number };

/** Stored first, then shown. A problem where none of them was taken. */
export async function storeSamples(
  house: House,
  samples: Samples,
): Promise<Outcome<Stored, Problem>> {
  const kept = await keep(house, samples);
  if (!kept.ok) return kept;
  const { tooOld } = kept.value;
  const stored = samples.count - tooOld;
  if (stored === 0) return failure(problem("sample_too_old", "raw samples of then were let go"));
  house.gauges.add("samples_stored_total", stored);
  house.live.stored(samples);
  return success({ stored, tooOld });
}

async function keep(house: House, samples: Samples): Promise<Outcome<Appended, Problem>> {
  const refusal = house.refusal?.();
  if (refusal) return failure(refusal);
  try {
    return success(await house.historian.append(samples));
  } catch (reason) {
    if (reason instanceof AssertionError) throw reason;
    house.log.error("pushed samples could not be stored", { reason: String(reason) });
    const detail = "nothing was acknowledged: send it again later";
    return failure(problem("historian_failed", detail));
  }
}

function rowsOf(
  variable: Variable,
  given: readonly Given[],
  now: number,
): Outcome<readonly Row[], Problem> {
  const rows: Row[] = [];
  for (const [index, one] of given.entries()) {
    const place = `samples/${index}`;
    const at = timeOf(one.at, `${place}/at`);
    if (!at.ok) return at;
    const fault = timeFault(at.value, latestOf(now), `${place}/at`);
    if (fault) return failure(fault);
    const value = valueFrom(variable, one.value);
    if (value === undefined) {
      const detail = `${place}/value: must be ${expected(variable)} or null`;
      return failure(problem("request_invalid", detail));
    }
    const said = qualityFrom(one);
    if (!said) {
      const detail = `${place}/statusWord: ${one.statusWord} is no word for ${one.quality}`;
      return failure(problem("request_invalid", detail));
    }
    const { toldAfterwards = false } = one;
    rows.push({ at: at.value, value, ...said, toldAfterwards });
  }
  return success(rows);
}

/** A word names its quality, so that one of them is enough; undefined where they disagree. */
function qualityFrom({
  value,
  quality,
  statusWord,
}: Given): Pick<Row, "quality" | "statusWord"> | undefined {
  if (statusWord === undefined || statusWord === null) {
    return { quality: quality ?? qualityUntold(value), statusWord: null };
  }
  const named: Quality = qualityOfWord(statusWord);
  if (quality !== undefined && quality !== named) return undefined;
  return { quality: named, statusWord: moreThanQuality(statusWord) === 0 ? null : statusWord };
}

/** The value of its variable's type, undefined where it is none. */
function valueFrom({ dataType, int32 }: Variable, given: Given["value"]): Value | null | undefined {
  if (given === null) return null;
  if (dataType !== "integer") return typeof given === dataType ? given : undefined;
  const value = integerFrom(given);
  return value === undefined || (int32 && !isInt32(value)) ? undefined : value;
}

/** A number beyond 2^53 was rounded by whoever read this JSON; the digits of a text were not. */
function integerFrom(given: Exclude<Given["value"], null>): number | bigint | undefined {
  if (Number.isSafeInteger(given)) return Number(given);
  return typeof given === "string" && DIGITS.test(given) ? integerOf(BigInt(given)) : undefined;
}

const DIGITS = /^-?\d{1,19}$/;

function expected({ dataType, int32 }: Variable): string {
  if (dataType !== "integer") return dataType;
  return int32 ? "integer of 32 bits" : "integer (beyond 2^53 a text of its digits)";
}
