import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import type { PointReply } from "../src/api/contract.ts";
import { LIMIT } from "../src/domain/limit.ts";
import { type LinkState, type LiveEvent, LiveFeed } from "./live.ts";
import type { LiveValue } from "./live-values.ts";

/** The one live feed of this tab; the frame starts and stops it. */
export const live = new LiveFeed({
  open: () => new WebSocket(new URL("/api/v1/live", location.href.replace(/^http/, "ws"))),
  now: Date.now,
  later: (ms, run) => {
    const timer = window.setTimeout(run, ms);
    return () => window.clearTimeout(timer);
  },
  random: Math.random,
});

/** The newest of a point: from the live feed, or from the list that it came with until then. */
export function usePoint(point: Pick<PointReply, "id" | "latest"> | undefined): LiveValue | null {
  const told = useLive(point?.id);
  return told ?? fromReply(point?.latest ?? null);
}

/** The newest that came since somebody looks: of a point, or of `device:<id>/<channel>`. */
function useLive(id: string | undefined): LiveValue | undefined {
  const listen = useCallback(
    (changed: () => void) => (id === undefined ? nothing : live.values.listen(id, changed)),
    [id],
  );
  return useSyncExternalStore(listen, () => (id === undefined ? undefined : live.values.get(id)));
}

/** The newest numbers of many points, without those that are missing, bad or too old. */
export function usePoints(points: readonly PointReply[]): number[] {
  const ids = points.map(({ id }) => id).join(",");
  const listen = useCallback(
    (changed: () => void) => {
      const stops = ids.split(",").map((id) => live.values.listen(id, changed));
      stops.push(onSecond(changed));
      return () => {
        for (const stop of stops) stop();
      };
    },
    [ids],
  );
  const text = useSyncExternalStore(listen, () =>
    points
      .map(trusted)
      .filter((value) => value !== null)
      .join(" "),
  );
  return text === "" ? [] : text.split(" ").map(Number);
}

export function useLink(): LinkState {
  return useSyncExternalStore(onChange, () => live.state);
}

/** Grows when values were missed: part of what a history's query is named by. */
export function useRestored(): number {
  return useSyncExternalStore(onChange, () => live.restored);
}

/** Hears what happens, for as long as the component lives. `hear` must be stable. */
export function useLiveEvents(hear: (event: LiveEvent) => void): void {
  useEffect(() => live.onEvent(hear), [hear]);
}

/**
 * Something that follows from the server's time, looked at every second and drawn only when it
 * differs: `useByTime((now) => formatAge(now - at))`. The answer must be comparable with `===`.
 */
export function useByTime<T extends string | number | boolean | null>(of: (now: number) => T): T {
  return useSyncExternalStore(onSecond, () => of(live.now()));
}

/** Whether a sample is older than it may be to be shown as live. */
export function useStale(at: number | undefined, freshnessMs: number = LIMIT.freshnessMs): boolean {
  return useByTime((now) => at !== undefined && now - at > freshnessMs);
}

/** The server's time now, by the second. */
export function useSecond(): number {
  return useByTime((now) => Math.floor(now / 1000) * 1000);
}

/** True once `ms` have passed: for what should not flash. */
export function useAfter(ms: number): boolean {
  const [passed, setPassed] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setPassed(true), ms);
    return () => window.clearTimeout(timer);
  }, [ms]);
  return passed;
}

function trusted({ id, latest, variable }: PointReply): number | null {
  const newest = live.values.get(id) ?? fromReply(latest);
  if (typeof newest?.value !== "number" || newest.quality === "bad") return null;
  return live.now() - newest.at > (variable.freshnessMs ?? LIMIT.freshnessMs) ? null : newest.value;
}

function onChange(changed: () => void): () => void {
  return live.onChange(changed);
}

function fromReply(latest: PointReply["latest"]): LiveValue | null {
  if (!latest) return null;
  const { value, quality, statusWord } = latest;
  return { at: Date.parse(latest.at), value, quality, statusWord };
}

const everySecond = new Set<() => void>();
let ticking: number | undefined;

/** One timer for every age on the page. */
function onSecond(changed: () => void): () => void {
  everySecond.add(changed);
  ticking ??= window.setInterval(() => {
    for (const second of everySecond) second();
  }, 1000);
  return () => {
    everySecond.delete(changed);
    if (everySecond.size > 0) return;
    window.clearInterval(ticking);
    ticking = undefined;
  };
}

function nothing(): void {
  // There was nothing to listen to.
}
