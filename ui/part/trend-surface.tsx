import { type PointerEvent, type ReactNode, useRef, useState } from "react";
import { momentAt, placeOfMoment } from "./plot-edges.ts";
import { Reader } from "./reader.tsx";

type TrendSurfaceProps = {
  /** The time axis that all children share, in milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly reading: Reading;
  /** What stands beside the pointer, or beside the moment that is read by keys. */
  readonly hint: (at: number) => ReactNode;
  /** Another stretch of time was chosen; absent: this one stays. */
  readonly onView?: ((from: number, to: number) => void) | undefined;
  readonly onReset?: (() => void) | undefined;
  readonly children: ReactNode;
};

/** How charts are read by keys and by ear. */
export type Reading = {
  /** What is drawn. */
  readonly label: string;
  /** Between two moments that have something of their own to say. */
  readonly stepMs: number;
  /** What is said of a moment; null: of none of them. */
  readonly words: (at: number | null) => string;
};

type Place = { readonly x: number; readonly y: number; readonly width: number };
type Drag = { readonly kind: "zoom" | "move"; readonly start: Place; readonly axis: Axis };
type Axis = readonly [from: number, to: number];

/** A hand that trembles does not want to zoom. */
const DRAG_MIN_PX = 5;
const HINT_MAX_PX = 360;
/** Of a phone's chart. */
const HINT_MAX_SHARE = 0.8;
/** While a trend is moved, each place costs the server a question. */
const MOVE_EVERY_MS = 120;

/** Where the hint of a moment stands that is read by keys. */
const READ_Y_PX = 30;

/**
 * What a pointer does over charts that share a time axis: it reads, zooms by dragging, moves with
 * Shift, and goes back by a double click. Keys read, too; the rest is done with them by
 * trend-tools.tsx.
 */
export function TrendSurface(props: TrendSurfaceProps) {
  const { from, to, reading, hint, onView, onReset, children } = props;
  const box = useRef<HTMLDivElement>(null);
  const [pointed, setPlace] = useState<Place | null>(null);
  const drag = useDrag(onView);
  const onMove = (event: PointerEvent<HTMLDivElement>) => {
    const at = placeOf(event);
    setPlace(at);
    drag.onMove(at, event.timeStamp);
  };
  const read = useReading(reading.stepMs, [from, to]);
  const width = box.current?.clientWidth ?? 0;
  const readPlace = read.moment !== null && {
    ...{ x: placeOfMoment(read.moment, width, [from, to]), y: READ_Y_PX, width },
  };
  const place = pointed || readPlace || null;
  const at = pointed ? momentAt(pointed.x, pointed.width, [from, to]) : read.moment;
  const zooming = drag.now?.kind === "zoom" && place ? sorted(drag.now.start.x, place.x) : null;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the reader and trend-tools.tsx have keys
    <div
      ref={box}
      className="trend-surface"
      data-drag={drag.now?.kind}
      onPointerDown={(event) => {
        // A finger reads: it scrolls the page by moving up and down, and zooms with the buttons.
        if (event.button !== 0 || event.pointerType === "touch") return;
        drag.begin(placeOf(event), [from, to], event.shiftKey);
      }}
      onPointerMove={onMove}
      onPointerUp={(event) => drag.end(placeOf(event))}
      onPointerLeave={() => {
        setPlace(null);
        drag.drop();
      }}
      onDoubleClick={onReset}
    >
      {children}
      <Reader
        label={reading.label}
        words={reading.words(read.moment)}
        count={read.count}
        at={read.at}
        onRead={read.onRead}
      />
      {place && at !== null && <div className="trend-line" style={{ left: place.x }} />}
      {zooming && (
        <div
          className="trend-selection"
          style={{ left: zooming[0], width: zooming[1] - zooming[0] }}
        />
      )}
      {place && at !== null && !zooming && (
        <div className="trend-hint num" style={hintPlace(place)}>
          {hint(at)}
        </div>
      )}
    </div>
  );
}

/** Which moment is read: it stays where it is while time goes on. */
function useReading(stepMs: number, [from, to]: Axis) {
  const [step, setStep] = useState<number | null>(null);
  const first = Math.floor(from / stepMs);
  const count = Math.max(1, Math.ceil(to / stepMs) - first);
  const at = step === null ? null : Math.min(count - 1, Math.max(0, step - first));
  return {
    count,
    at,
    moment: at === null ? null : Math.min(to, Math.max(from, (first + at + 0.5) * stepMs)),
    onRead: (next: number | null) => setStep(next === null ? null : first + next),
  };
}

function useDrag(onView: TrendSurfaceProps["onView"]) {
  const [now, setNow] = useState<Drag | null>(null);
  const moved = useRef(0);
  const show = (drag: Drag, { x, width }: Place) => {
    const { start, axis } = drag;
    const [a, b] = drag.kind === "zoom" ? sorted(start.x, x) : [start.x - x, start.x - x];
    if (drag.kind === "zoom")
      onView?.(clampedMoment(a, width, axis), clampedMoment(b, width, axis));
    else onView?.(...shifted(axis, a, width));
  };
  return {
    now,
    begin: (start: Place, axis: Axis, isShifted: boolean) => {
      if (onView) setNow({ kind: isShifted ? "move" : "zoom", start, axis });
    },
    onMove: (place: Place, time: number) => {
      if (now?.kind !== "move" || time - moved.current < MOVE_EVERY_MS) return;
      moved.current = time;
      show(now, place);
    },
    end: (place: Place) => {
      setNow(null);
      if (now && Math.abs(place.x - now.start.x) >= DRAG_MIN_PX) show(now, place);
    },
    drop: () => setNow(null),
  };
}

/** Where the axis ends, the moment of its end. */
function clampedMoment(x: number, width: number, axis: Axis): number {
  return momentAt(x, width, axis) ?? (x < width / 2 ? axis[0] : axis[1]);
}

function shifted(axis: Axis, byPx: number, width: number): [number, number] {
  const middle = width / 2;
  const here = momentAt(middle, width, axis) ?? 0;
  const step = (momentAt(middle + 1, width, axis) ?? here) - here;
  return [axis[0] + byPx * step, axis[1] + byPx * step];
}

function placeOf(event: PointerEvent<HTMLDivElement>): Place {
  const { left, top, width } = event.currentTarget.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top, width };
}

/** Beside the pointer, on the side that has room; where neither has, all of it is seen. */
function hintPlace({ x, y, width }: Place) {
  const top = Math.max(0, y - 20);
  const maxWidth = Math.min(HINT_MAX_PX, HINT_MAX_SHARE * width);
  const edge = Math.min(x < width / 2 ? x + 14 : width - x + 14, width - maxWidth);
  return x < width / 2 ? { top, maxWidth, left: edge } : { top, maxWidth, right: edge };
}

function sorted(a: number, b: number): [number, number] {
  return a < b ? [a, b] : [b, a];
}
