import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import type { PointReply } from "../src/api/contract.ts";
import { LIMIT } from "../src/domain/limit.ts";
import { call, type ProblemError } from "./api.ts";
import { stepFor, type TrendColumns, TrendWindow } from "./trend-window.ts";
import { live, useRestored } from "./use-live.ts";

/** Buckets of one chart: about one for two pixels of its card. */
const BUCKETS_WIDE = 480;
const BUCKETS_NARROW = 200;
const NARROW_PX = 640;
const REDRAW_MS = 1_000;

export type Trend = {
  readonly columns: TrendColumns;
  /** Milliseconds since the epoch: the axis, whether or not there are samples. */
  readonly from: number;
  readonly to: number;
  readonly problem: ProblemError | null;
  readonly isLoading: boolean;
};

/** The last `spanMs` of some points up to now: history, and the live feed behind it. */
export function useTrend(points: readonly PointReply[], spanMs: number): Trend {
  const restored = useRestored();
  const ids = points.map(({ id }) => id).join(",");
  const widthMs = stepFor(spanMs, innerWidth > NARROW_PX ? BUCKETS_WIDE : BUCKETS_NARROW);
  const history = useQuery<{ window: TrendWindow }, ProblemError>({
    queryKey: ["GET /history/aggregate", ids, spanMs, widthMs, restored],
    enabled: ids !== "",
    refetchInterval: Math.max(30_000, spanMs / 20),
    staleTime: 0,
    gcTime: 0,
    // The window is filled on by live samples: sharing its structure would copy it.
    structuralSharing: false,
    // Missed values are asked for again behind the old picture, other points behind none.
    placeholderData: (before, query) =>
      query?.queryKey[1] === ids && query.queryKey[2] === spanMs ? before : undefined,
    queryFn: async () => {
      const to = live.now();
      const window = new TrendWindow(ids.split(",").length, widthMs);
      const reply = await call("GET /history/aggregate", {
        query: {
          points: ids,
          from: iso(Math.floor((to - spanMs) / widthMs) * widthMs),
          to: iso(Math.ceil(to / widthMs) * widthMs),
          every: widthMs,
          fns: "count,min,max,avg",
        },
      });
      window.load(reply, to);
      return { window };
    },
  });
  const window = useLiveTail(history.data?.window, ids);
  const now = useRedraw(window);
  const columns = useMemo(() => {
    const freshness = points.map(({ variable }) => variable.freshnessMs ?? LIMIT.freshnessMs);
    return window?.columns(now - spanMs, now, freshness) ?? { at: [], pens: [] };
  }, [window, now, spanMs, points]);
  return {
    columns,
    from: now - spanMs,
    to: now,
    problem: history.error,
    isLoading: history.isLoading,
  };
}

/** Carries a loaded window on with what comes in. */
function useLiveTail(window: TrendWindow | undefined, ids: string): TrendWindow | undefined {
  const current = useRef(window);
  current.current = window;
  useEffect(() => {
    if (ids === "") return;
    const stops = ids.split(",").map((id, pen) =>
      live.values.listen(id, ({ at, value }) => {
        if (typeof value === "number") current.current?.add(pen, at, value);
      }),
    );
    return () => {
      for (const stop of stops) stop();
    };
  }, [ids]);
  return window;
}

/** The right edge of the chart: it moves on by itself. */
function useRedraw(window: TrendWindow | undefined): number {
  const [now, setNow] = useState(() => live.now());
  useEffect(() => {
    setNow(live.now());
    if (!window) return;
    const everyMs = Math.max(REDRAW_MS, window.widthMs / 2);
    const timer = setInterval(() => setNow(live.now()), everyMs);
    return () => clearInterval(timer);
  }, [window]);
  return now;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
