import type { Buckets, Historian, SeriesRemains } from "../historian.ts";

/*
 * The part of a move that compares what is left of samples that were let go.
 */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Compared at once. */
const BUCKETS = 5_000;

type Reader = Pick<Historian, "aggregate">;

/** Whether both say the same, by the hour and by the day, of the times whose raw samples went. */
export async function areSameRemains(
  one: Reader,
  other: Reader,
  series: number,
  { until, hours, days }: SeriesRemains,
): Promise<boolean> {
  const firstAt = Math.min(...[hours[0], days[0]].map((tier) => tier?.firstAt ?? until));
  const end = startOf(until, DAY_MS) + DAY_MS;
  for (const everyMs of [HOUR_MS, DAY_MS]) {
    for (let from = startOf(firstAt, DAY_MS); from < end; from += BUCKETS * everyMs) {
      const span = { from, to: Math.min(end, from + BUCKETS * everyMs), by: { everyMs } };
      const asked = { series: Uint32Array.of(series), ...span, weighted: true };
      const [[here], [there]] = [await one.aggregate(asked), await other.aggregate(asked)];
      if (!here || !there || !areSameBuckets(here, there)) return false;
    }
  }
  return true;
}

function startOf(at: number, everyMs: number): number {
  return Math.floor(at / everyMs) * everyMs;
}

const EXACT = ["at", "count", "all", "min", "max", "first", "last"] as const;

/** Sums are made in another order there, and times kept to the microsecond. */
function areSameBuckets(here: Buckets, there: Buckets): boolean {
  const widthMs = here.widthMs;
  return here.at.every((_, row) => {
    const extremes = [here.min[row], here.max[row]].map((value) => Math.abs(value ?? 0));
    const largest = Math.max(1, ...extremes.filter(Number.isFinite));
    const isNear = (column: "sum" | "increase" | "area" | "known", apart: number) =>
      areNear(here[column][row], there[column][row], apart * largest);
    const isExact = EXACT.every((name) => areNear(here[name][row], there[name][row], 0));
    const counted = (here.count[row] ?? 0) * 1e-12;
    const held = widthMs * 1e-9;
    return (
      isExact &&
      isNear("sum", counted) &&
      isNear("increase", counted) &&
      isNear("area", held) &&
      isNear("known", held)
    );
  });
}

function areNear(one = Number.NaN, other = Number.NaN, apart: number): boolean {
  if (Object.is(one + 0, other + 0)) return true;
  return Math.abs(one - other) <= apart;
}
