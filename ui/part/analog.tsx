import type { ReactNode } from "react";
import type { PointReply } from "../../src/api/contract.ts";
import { usePoint, useStale } from "../use-live.ts";
import "./analog.css";

type Scale = readonly [low: number, high: number];

type AnalogProps = {
  readonly label: string;
  readonly value: number | null;
  readonly range: Scale;
  /** Where it should be: drawn as a band. */
  readonly normal?: Scale | undefined;
  readonly isStale?: boolean;
};

/** A moving pointer on a scale: where a value stands is read faster than its digits. */
function Analog({ label, value, range, normal, isStale = false }: AnalogProps) {
  const [low, high] = range;
  const at = (x: number) => `${Math.max(0, Math.min(1, (x - low) / (high - low || 1))) * 100}%`;
  return (
    <Meter label={label} value={value} range={range} isStale={isStale}>
      {normal && (
        <span
          className="analog-band"
          style={{ left: at(normal[0]), right: `calc(100% - ${at(normal[1])})` }}
        />
      )}
      {value !== null && <span className="analog-pointer" style={{ left: at(value) }} />}
    </Meter>
  );
}

/** The same for a point that has a range; nothing for one that has none. */
export function PointAnalog({ point }: { readonly point: PointReply }) {
  const newest = usePoint(point);
  const { range, normal, freshnessMs, name, bits } = point.variable;
  const isStale = useStale(newest?.at, freshnessMs);
  if (!range || bits) return null;
  const value = typeof newest?.value === "number" ? newest.value : null;
  return <Analog label={name} value={value} range={range} normal={normal} isStale={isStale} />;
}

type ShareProps = { readonly label: string; readonly part: number; readonly whole: number };

/** How much of a whole: a bar from the left. */
export function Share({ label, part, whole }: ShareProps) {
  const share = whole > 0 ? Math.min(1, part / whole) : 0;
  return (
    <Meter label={label} value={part} range={[0, whole]}>
      <span className="analog-share" style={{ width: `${share * 100}%` }} />
    </Meter>
  );
}

type MeterProps = Omit<AnalogProps, "normal"> & { readonly children: ReactNode };

function Meter({ label, value, range: [low, high], isStale = false, children }: MeterProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: <meter> can be given no band and no pointer
    <div
      className={isStale ? "analog stale" : "analog"}
      role="meter"
      aria-label={label}
      aria-valuemin={low}
      aria-valuemax={high}
      aria-valuenow={value ?? low}
      aria-valuetext={value === null ? "no value" : String(value)}
    >
      {children}
    </div>
  );
}
