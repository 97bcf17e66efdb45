import type { PointReply } from "../../src/api/contract.ts";
import { formatAge, formatValue } from "../format.ts";
import { useByTime, usePoint, useStale } from "../use-live.ts";
import "./dial.css";

const RADIUS = 23;
/** The scale goes clockwise from lower left to lower right: three quarters of the circle. */
const TURN = 0.75;
const LENGTH = 2 * Math.PI * RADIUS;

type Scale = readonly [low: number, high: number];

/** A point as a small round scale: normal band, pointer, figure in the middle. */
export function Dial({ point }: { readonly point: PointReply }) {
  const newest = usePoint(point);
  const { variable } = point;
  const isStale = useStale(newest?.at, variable.freshnessMs);
  const age = useByTime((now) => (isStale && newest ? formatAge(now - newest.at) : ""));
  const value = typeof newest?.value === "number" ? newest.value : null;
  const isBad = newest?.quality === "bad";
  const { text, unit } = formatValue(newest?.value, variable);
  const isOut = value !== null && !!variable.normal && !isWithin(value, variable.normal);
  const classes = ["dial", isStale && "stale", isBad && "bad", isOut && "out"];
  return (
    <svg viewBox="0 0 60 60" className={classes.filter(Boolean).join(" ")} role="img">
      <title>{spoken({ text, unit, age, isBad, isOut })}</title>
      <Arc className="dial-track" from={0} to={1} />
      {variable.range && variable.normal && (
        <Arc
          className="dial-band"
          from={place(variable.normal[0], variable.range)}
          to={place(variable.normal[1], variable.range)}
        />
      )}
      {variable.range && value !== null && <Needle at={place(value, variable.range)} />}
      <text x="30" y="33" className="dial-value">
        {isBad && value === null ? "?" : text}
      </text>
      <text x="30" y="42" className="dial-unit">
        {age || unit}
      </text>
    </svg>
  );
}

function Arc({ className, from, to }: { className: string; from: number; to: number }) {
  const length = Math.max(0, to - from) * TURN * LENGTH;
  return (
    <circle
      className={className}
      cx="30"
      cy="30"
      r={RADIUS}
      strokeDasharray={`${length} ${LENGTH}`}
      transform={`rotate(${135 + from * TURN * 360} 30 30)`}
    />
  );
}

function Needle({ at }: { at: number }) {
  return (
    <line
      className="dial-needle"
      x1={30 + RADIUS - 4}
      x2={30 + RADIUS + 4}
      y1="30"
      y2="30"
      transform={`rotate(${135 + at * TURN * 360} 30 30)`}
    />
  );
}

function place(value: number, [low, high]: Scale): number {
  return Math.max(0, Math.min(1, (value - low) / (high - low || 1)));
}

function isWithin(value: number, [low, high]: Scale): boolean {
  return value >= low && value <= high;
}

type Spoken = { text: string; unit: string; age: string; isBad: boolean; isOut: boolean };

function spoken({ text, unit, age, isBad, isOut }: Spoken): string {
  const words = [
    `${text} ${unit}`.trim(),
    isBad && "bad quality",
    isOut && "outside the normal band",
    age && `last known ${age} ago`,
  ];
  return words.filter(Boolean).join(", ");
}
