import { RANGES, type RangeId, rangeOf } from "./range.ts";

/** Which stretch of time a trend shows. */
export type View = {
  readonly spanMs: number;
  /** Milliseconds since the epoch; null: it ends now, and moves on with it. */
  readonly from: number | null;
};

/** A view as it stands in the address: a range that ends now, or two moments. */
export type ViewSearch = {
  readonly range?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
};

/** Closer than this there is nothing between two samples. */
const SPAN_MIN_MS = 10_000;
/** Twenty years: what a day came to may be kept for longer than a device lasts. */
const SPAN_MAX_MS = 7_305 * 24 * 3_600_000;

export function viewOf({ range, from, to }: ViewSearch): View {
  if (from === undefined || to === undefined || to <= from) {
    return { spanMs: rangeOf(range).ms, from: null };
  }
  return { spanMs: within(to - from), from };
}

export function searchOf({ spanMs, from }: View): ViewSearch {
  if (from !== null) return { range: undefined, from, to: from + spanMs };
  return { range: liveRange({ spanMs, from }) ?? undefined, from: undefined, to: undefined };
}

/** The range that a view is while it follows time. */
export function liveRange({ spanMs, from }: View): RangeId | null {
  const range = RANGES.find(({ ms }) => ms === spanMs);
  return from === null && range ? range.id : null;
}

export function edgesOf({ spanMs, from }: View, now: number): { from: number; to: number } {
  return from === null ? { from: now - spanMs, to: now } : { from, to: from + spanMs };
}

/** From one moment to another, in either order. */
export function chosenView(a: number, b: number, now: number): View {
  const spanMs = within(Math.round(Math.abs(b - a)));
  return endingBy(Math.round((a + b - spanMs) / 2), spanMs, now);
}

/** Earlier or later by a share of what is seen. What reaches the present again follows it. */
export function movedView(view: View, share: number, now: number): View {
  const from = Math.round(edgesOf(view, now).from + share * view.spanMs);
  const isNow = from + view.spanMs >= now;
  if (isNow && liveRange({ ...view, from: null })) return { ...view, from: null };
  return endingBy(from, view.spanMs, now);
}

/** Closer (below 1) or wider. One that follows time takes the next range, and goes on following. */
export function scaledView(view: View, factor: number, now: number): View {
  if (view.from === null) {
    const next = factor < 1 ? RANGES.findLast(isBelow(view)) : RANGES.find(isAbove(view));
    return next ? { spanMs: next.ms, from: null } : view;
  }
  const spanMs = within(Math.round(view.spanMs * factor));
  return endingBy(Math.round(view.from + (view.spanMs - spanMs) / 2), spanMs, now);
}

function isBelow({ spanMs }: View): (range: { ms: number }) => boolean {
  return ({ ms }) => ms < spanMs;
}

function isAbove({ spanMs }: View): (range: { ms: number }) => boolean {
  return ({ ms }) => ms > spanMs;
}

/** Nobody looks at what has not happened. */
function endingBy(from: number, spanMs: number, now: number): View {
  return { spanMs, from: Math.min(from, Math.floor(now) - spanMs) };
}

function within(spanMs: number): number {
  return Math.min(SPAN_MAX_MS, Math.max(SPAN_MIN_MS, spanMs));
}
