import { useQuery } from "@tanstack/react-query";
import type { PointReply } from "../src/api/contract.ts";
import { call } from "./api.ts";
import type { Cell } from "./trend-window.ts";
import { joined } from "./trend-window.ts";
import { live } from "./use-live.ts";

/** What a span of time did to a point: one row of history. */
export type Recent = {
  readonly min: number;
  readonly max: number;
  /** The average by bucket, for a sparkline; short holes are bridged. */
  readonly shape: readonly Cell[];
};

const BUCKETS = 60;
const AGAIN_MS = 30_000;

/** Range and shape of the last `spanMs`, for many points with one question. */
export function useRecent(
  points: readonly Pick<PointReply, "id">[],
  spanMs: number,
): ReadonlyMap<string, Recent> {
  const ids = points.map(({ id }) => id).join(",");
  const { data } = useQuery({
    queryKey: ["GET /history/aggregate", "recent", ids, spanMs],
    enabled: ids !== "",
    refetchInterval: AGAIN_MS,
    queryFn: async () => {
      const to = Math.ceil(live.now());
      const reply = await call("GET /history/aggregate", {
        query: {
          points: ids,
          from: new Date(to - spanMs).toISOString(),
          to: new Date(to).toISOString(),
          buckets: BUCKETS,
          fns: "min,max,avg",
        },
      });
      return reply.items.flatMap(({ pointId, columns }): [string, Recent][] => {
        const lows = numbersOf(columns.min);
        if (lows.length === 0) return [];
        const max = Math.max(...numbersOf(columns.max));
        const shape = joined(columns.avg ?? [], BUCKETS / 2);
        return [[pointId, { min: Math.min(...lows), max, shape }]];
      });
    },
  });
  return new Map(data);
}

/** How much counters grew between two times; null where nothing is known. */
export function useIncrease(
  points: readonly Pick<PointReply, "id">[],
  from: number,
): ReadonlyMap<string, number | null> {
  const ids = points.map(({ id }) => id).join(",");
  const { data } = useQuery({
    queryKey: ["GET /history/aggregate", "increase", ids, from],
    enabled: ids !== "",
    refetchInterval: AGAIN_MS,
    queryFn: async () => {
      const reply = await call("GET /history/aggregate", {
        query: {
          points: ids,
          from: new Date(from).toISOString(),
          to: new Date(Math.ceil(live.now())).toISOString(),
          buckets: 1,
          fns: "increase",
        },
      });
      return reply.items.map(({ pointId, columns }): [string, number | null] => [
        pointId,
        columns.increase?.[0] ?? null,
      ]);
    },
  });
  return new Map(data);
}

/** Today's first moment in this place's zone. */
export function startOfDay(now: number): number {
  return new Date(now).setHours(0, 0, 0, 0);
}

function numbersOf(column: readonly (number | null)[] | undefined): number[] {
  return (column ?? []).filter((value) => value !== null);
}
