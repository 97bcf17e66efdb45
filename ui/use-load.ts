import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { call, type ProblemError } from "./api.ts";
import { energyOf, type Meter, powerOf } from "./meter.ts";
import type { TrendColumns } from "./trend-window.ts";
import { live } from "./use-live.ts";

const AGAIN_MS = 30_000;
/** A quarter of an hour: what energy suppliers measure and charge power by. */
export const QUARTER_MS = 15 * 60_000;

/** Increases of every register, by bucket. */
type Increases = {
  readonly from: number;
  readonly to: number;
  readonly columns: ReadonlyMap<string, readonly (number | null)[]>;
};

export type Load = {
  readonly columns: TrendColumns;
  readonly from: number;
  readonly to: number;
  readonly problem: ProblemError | null;
};

/** Mean power of meters, in kilowatts, quarter by quarter: the load profile. */
export function useLoad(meters: readonly Meter[], spanMs: number): Load {
  const { data, error } = useIncreases(meters, QUARTER_MS, spanMs);
  return useMemo(() => {
    if (!data) return { columns: { at: [], pens: [] }, from: 0, to: 1, problem: error };
    const { from, to, columns } = data;
    // Only quarters that are over: of the running one nobody knows how much of it is told.
    const count = Math.floor((to - from) / QUARTER_MS);
    const starts = Array.from({ length: count }, (_, row) => from + row * QUARTER_MS);
    const pens = meters.map((meter) => {
      const means = starts.map((_, row) => {
        const energy = energyOf(meter, ({ id }) => columns.get(id)?.[row]);
        const watts = powerOf(energy, QUARTER_MS);
        return watts === null ? null : watts / 1000;
      });
      // Once more at the end: the last step has a tread, too.
      const avg = [...means, means.at(-1) ?? null];
      return { avg, min: avg, max: avg };
    });
    return {
      columns: { at: [...starts, from + count * QUARTER_MS].map((at) => at / 1000), pens },
      from,
      to,
      problem: error,
    };
  }, [data, error, meters]);
}

/** Mean power of the last quarter of an hour, in watts, by asset. */
export function usePowers(meters: readonly Meter[]): ReadonlyMap<string, number | null> {
  const { data } = useIncreases(meters, null, QUARTER_MS);
  return new Map(
    meters.map((meter) => {
      const energy = data ? energyOf(meter, ({ id }) => data.columns.get(id)?.[0]) : null;
      return [meter.assetId, powerOf(energy, QUARTER_MS)];
    }),
  );
}

/** `everyMs` null: one bucket that ends now; else buckets that begin on whole quarters. */
function useIncreases(meters: readonly Meter[], everyMs: number | null, spanMs: number) {
  const ids = meters.flatMap(({ registers }) => registers.map(({ id }) => id)).join(",");
  return useQuery<Increases, ProblemError>({
    queryKey: ["GET /history/aggregate", "load", ids, everyMs, spanMs],
    enabled: ids !== "",
    refetchInterval: AGAIN_MS,
    queryFn: async () => {
      const to = Math.ceil(live.now());
      const step = everyMs ?? 1;
      const from = Math.floor((to - spanMs) / step) * step;
      const reply = await call("GET /history/aggregate", {
        query: {
          points: ids,
          from,
          to: everyMs === null ? to : Math.ceil(to / everyMs) * everyMs,
          ...(everyMs === null ? { buckets: 1 } : { every: everyMs }),
          fns: "increase",
        },
      });
      const columns = reply.items.map(
        ({ pointId, columns }) => [pointId, columns.increase ?? []] as const,
      );
      return { from, to, columns: new Map(columns) };
    },
  });
}
