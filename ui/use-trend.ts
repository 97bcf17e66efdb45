import { useQuery } from "@tanstack/react-query";
import { startTransition, useEffect, useMemo, useRef, useState } from "react";
import type { PointReply } from "../src/api/contract.ts";
import { LIMIT } from "../src/domain/limit.ts";
import type { Value } from "../src/domain/reading.ts";
import { call, type ProblemError } from "./api.ts";
import { hasLane } from "./part/pen.ts";
import { edgesOf, type View } from "./trend-view.ts";
import { stepFor, type TellingColumns, TrendWindow } from "./trend-window.ts";
import { live, useLink, useRestored } from "./use-live.ts";
import { WordList } from "./word-list.ts";

/** Buckets of one chart: about one for two pixels of its card. */
const BUCKETS_WIDE = 480;
const BUCKETS_NARROW = 200;
const NARROW_PX = 640;
/** An old picture stands in for a new one unless it is made of far more buckets than this. */
const BUCKETS_BORROWED = 4 * BUCKETS_WIDE;
const REDRAW_MS = 1_000;
/** Texts come one by one: the newest of a view, no more. */
const TEXTS_MAX = 2_000;
/** A state that is told only when it changes may have been told so long ago. */
const TOLD_MAX_MS = 90 * 24 * 3_600_000;
const FUNCTIONS = "count,all,min,max,avg,last";

export type Trend = {
  readonly points: readonly PointReply[];
  readonly columns: TellingColumns;
  /** Milliseconds since the epoch: the axis, whether or not there are samples. */
  readonly from: number;
  readonly to: number;
  /** From then on nothing is known: the server has not been heard since. Else `to`. */
  readonly heardTo: number;
  /** A text stands in the columns by its number. */
  readonly valueFor: (point: PointReply, cell: number) => Value;
  /** Of a text only the newest are read: since when; undefined where all are. */
  readonly readFrom: (point: PointReply) => number | undefined;
  readonly problem: ProblemError | null;
  readonly isLoading: boolean;
  /** What is drawn is not what was asked for last: that is on its way. */
  readonly isWaiting: boolean;
};

type Loaded = {
  readonly window: TrendWindow;
  readonly words: WordList;
  /** By point, see `Trend`. */
  readonly readFrom: Map<string, number>;
};

const NOTHING: TellingColumns = { at: [], pens: [], widthMs: 1_000 };

/** Some points over time: history in buckets of the view, and while it ends now the live feed. */
export function useTrend(points: readonly PointReply[], view: View): Trend {
  const restored = useRestored();
  const ids = points.map(({ id }) => id).join(",");
  const { spanMs } = view;
  const history = useQuery<Loaded, ProblemError>({
    queryKey: ["GET /history/aggregate", "trend", ids, spanMs, view.from, restored],
    enabled: ids !== "",
    refetchInterval: view.from === null ? Math.max(30_000, spanMs / 20) : false,
    staleTime: 0,
    gcTime: 0,
    // The window is filled on by live samples: sharing its structure would copy it.
    structuralSharing: false,
    // The same points are seen in the old picture until the new one has come, others in none.
    placeholderData: (before, query) => {
      const isNear = before && spanMs / before.window.widthMs <= BUCKETS_BORROWED;
      return isNear && query?.queryKey[2] === ids ? before : undefined;
    },
    queryFn: () => load(points, edgesOf(view, live.now())),
  });
  const loaded = history.data;
  useLiveTail(loaded, ids, view.from === null);
  const now = useRedraw(loaded?.window, view.from === null);
  const { from, to } = edgesOf(view, now);
  const heardTo = useHeardTo(to);
  const columns = useMemo(() => {
    return loaded?.window.columns(from, heardTo, points.map(freshnessOf)) ?? NOTHING;
  }, [loaded, from, heardTo, points]);
  return {
    points,
    columns,
    from,
    to,
    heardTo,
    valueFor: (point, cell) => shownValue(point, cell, loaded?.words),
    readFrom: ({ id }) => loaded?.readFrom.get(id),
    problem: history.error,
    isLoading: history.isLoading,
    isWaiting: history.isLoading || history.isPlaceholderData,
  };
}

/** What a chart of this stretch of time draws, asked for once. */
export async function loadDrawn(points: readonly PointReply[], edges: Edges) {
  const { window, words } = await load(points, edges);
  return {
    points,
    columns: window.columns(edges.from, edges.to, points.map(freshnessOf)),
    valueFor: (point: PointReply, cell: number) => shownValue(point, cell, words),
  };
}

/** Of many points each gets fewer, so that one question asks for all of them. */
function bucketsMax(points: number): number {
  const wanted = innerWidth > NARROW_PX ? BUCKETS_WIDE : BUCKETS_NARROW;
  // Twice the view at the most, see `load`.
  return Math.min(wanted, Math.floor(LIMIT.bucketsPerReply / 2 / Math.max(1, points)) - 2);
}

/** Milliseconds since the epoch. */
export type Edges = { readonly from: number; readonly to: number };

/** Begins before the view by what a value may hold: what was said there is seen at its edge. */
async function load(points: readonly PointReply[], view: Edges): Promise<Loaded> {
  const spanMs = view.to - view.from;
  const widthMs = stepFor(spanMs, bucketsMax(points.length));
  const holdMs = Math.max(...points.map(freshnessOf), widthMs);
  const from = Math.floor((view.from - Math.min(spanMs, holdMs)) / widthMs) * widthMs;
  const to = Math.ceil(view.to / widthMs) * widthMs;
  const window = new TrendWindow(points.length, widthMs, live.now());
  const words = new WordList();
  const readFrom = new Map<string, number>();
  const counted = points.filter((point) => !isText(point));
  await Promise.all([
    counted.length > 0 &&
      call("GET /history/aggregate", {
        query: { points: idsOf(counted), from, to, every: widthMs, fns: FUNCTIONS },
      }).then((reply) => {
        window.load(
          reply,
          counted.map((point) => points.indexOf(point)),
        );
      }),
    ...points.map(async (point, pen) => {
      const lane = { point, pen, window, words };
      if (hasLane(point)) await loadSamples(lane, { from: from - TOLD_MAX_MS, to: from }, 1);
      if (!isText(point)) return;
      const first = await loadSamples(lane, { from, to }, TEXTS_MAX);
      if (first !== undefined) readFrom.set(point.id, first);
    }),
  ]);
  return { window, words, readFrom };
}

type LanePen = Omit<Loaded, "readFrom"> & { readonly point: PointReply; readonly pen: number };

/** The newest `limit` of them; where there are more, since when they were read. */
async function loadSamples(
  lane: LanePen,
  { from, to }: Edges,
  limit: number,
): Promise<number | undefined> {
  const { point, pen, window, words } = lane;
  const query = { from: Math.max(0, Math.round(from)), to: Math.round(to), limit };
  const reply = await call("GET /points/:id/history", {
    params: { id: point.id },
    query: { ...query, order: "desc" },
  });
  for (const row of [...reply.at.keys()].reverse()) {
    const value = words.numberOf(reply.value[row] ?? null);
    if (value === null) continue;
    const at = Date.parse(reply.at[row] ?? "");
    window.fill(pen, { at, value, isGood: reply.quality[row] === "good" });
  }
  return reply.next === null ? undefined : Date.parse(reply.at.at(-1) ?? "");
}

/** Carries a loaded window on with what comes in. */
function useLiveTail(loaded: Loaded | undefined, ids: string, isLive: boolean): void {
  const current = useRef(loaded);
  current.current = loaded;
  useEffect(() => {
    if (!isLive || ids === "") return;
    const stops = ids.split(",").map((id, pen) =>
      live.values.listen(id, ({ at, value: told, quality }) => {
        const value = current.current?.words.numberOf(told) ?? null;
        if (value === null) return;
        current.current?.window.add(pen, { at, value, isGood: quality === "good" });
      }),
    );
    return () => {
      for (const stop of stops) stop();
    };
  }, [ids, isLive]);
}

/**
 * The right edge of the chart: it moves on by itself, at most once a second, and when the browser
 * has nothing better to do: the values in words go first.
 */
function useRedraw(window: TrendWindow | undefined, isLive: boolean): number {
  const [now, setNow] = useState(() => live.now());
  useEffect(() => {
    setNow(live.now());
    if (!window || !isLive) return;
    const redraw = () => startTransition(() => setNow(live.now()));
    const everyMs = Math.max(REDRAW_MS, window.widthMs / 2);
    const timer = setInterval(() => whenIdle(redraw), everyMs);
    return () => clearInterval(timer);
  }, [window, isLive]);
  return now;
}

/** A value that would hold until now holds for as long as the server was there to say another. */
function useHeardTo(to: number): number {
  const link = useLink();
  const isHeard = link === "live" || live.heardAt === 0;
  return isHeard ? to : Math.min(to, live.heardAt);
}

function whenIdle(run: () => void): void {
  if ("requestIdleCallback" in globalThis) requestIdleCallback(run, { timeout: REDRAW_MS / 2 });
  else run();
}

function shownValue({ variable }: PointReply, cell: number, words: WordList | undefined): Value {
  if (variable.dataType === "string") return words?.wordOf(cell) ?? "";
  return variable.dataType === "boolean" ? cell !== 0 : cell;
}

function isText({ variable }: PointReply): boolean {
  return variable.dataType === "string";
}

function freshnessOf({ variable }: PointReply): number {
  return variable.freshnessMs ?? LIMIT.freshnessMs;
}

function idsOf(points: readonly PointReply[]): string {
  return points.map(({ id }) => id).join(",");
}
