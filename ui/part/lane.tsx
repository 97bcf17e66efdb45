import type { PointReply } from "../../src/api/contract.ts";
import { formatDateTime, formatNumber, formatValue } from "../format.ts";
import { type Run, runsOf, sharesOf } from "../lane.ts";
import { timeLabels, timeTicks } from "../time-axis.ts";
import type { Trend } from "../use-trend.ts";
import { PointFigure } from "./figure.tsx";
import type { PointPen } from "./pen.ts";
import "./lane.css";

type LaneProps = {
  readonly trend: Trend;
  readonly pen: PointPen;
  /** True: its end is now, so that what it is now stands beside it. */
  readonly isLive: boolean;
};

/** More states than these are named by the strip and the pointer only. */
const KEYS_MAX = 6;

/** What a state was, when: a strip of time in the colours of its states. */
export function Lane({ trend, pen, isLive }: LaneProps) {
  const { point, label } = pen;
  const readFrom = trend.readFrom(point);
  const runs = laneRuns(trend, point);
  const wordOf = (value: number) => formatValue(trend.valueFor(point, value), point.variable).text;
  const shares = sharesOf(runs);
  const said = shares.map(([value, share]) => `${wordOf(value)} ${percent(share)}`).join(", ");
  return (
    <figure className="lane">
      <figcaption className="trend-legend num">
        <span className="trend-pen">
          {label}
          {isLive && <PointFigure point={point} />}
        </span>
        {shares.slice(0, KEYS_MAX).map(([value, share]) => (
          <span key={value} className="lane-key">
            <i style={{ background: laneColour(point, value) }} />
            {`${wordOf(value)} `}
            <span className="hint">{percent(share)}</span>
          </span>
        ))}
        {readFrom !== undefined && readFrom > trend.from && (
          <span className="hint">
            {`from ${formatDateTime(readFrom)} on: zoom in for what was before`}
          </span>
        )}
      </figcaption>
      <div
        className="lane-strip"
        role="img"
        aria-label={`${label} over time: ${said || "no value"}`}
      >
        {runs.map((run) => (
          <span
            key={run.from}
            className={runClass(run)}
            style={{ ...runPlace(run, trend), background: laneColour(point, run.value) }}
          >
            <span>{run.isMixed ? "" : wordOf(run.value)}</span>
          </span>
        ))}
      </div>
    </figure>
  );
}

const TICKS_MAX = 6;

/** Where no chart above says the time. */
export function LaneTimes({ from, to }: Pick<Trend, "from" | "to">) {
  const ticks = timeTicks(from, to, TICKS_MAX);
  const labels = timeLabels(ticks);
  return (
    <div className="lane-times num" aria-hidden>
      {ticks.map((at, row) => (
        <span key={at} style={{ left: `${(100 * (at - from)) / (to - from)}%` }}>
          {labels[row]}
        </span>
      ))}
    </div>
  );
}

function laneRuns(trend: Trend, point: PointReply): Run[] {
  const { columns, points, from, heardTo, readFrom } = trend;
  const pen = columns.pens[points.indexOf(point)];
  if (!pen) return [];
  // Before what was read, nothing may be said: not even what was told last before the view.
  const begin = Math.max(from, readFrom(point) ?? from);
  return runsOf({ ...pen, at: columns.at, widthMs: columns.widthMs }, begin, heardTo);
}

function runClass({ isMixed, isOld }: Run): string {
  if (isMixed) return "lane-run mixed";
  return isOld ? "lane-run old" : "lane-run";
}

function runPlace(run: Run, { from, to }: Trend) {
  const span = (to - from) / 100;
  return { left: `${(run.from - from) / span}%`, width: `${(run.to - run.from) / span}%` };
}

/** Off and zero are quiet; every other state has a colour of its own, none of them an alarm's. */
function laneColour({ variable }: PointReply, value: number): string {
  const { dataType, states, bits } = variable;
  if (bits) return value === 2 ** bits.length - 1 ? "var(--lane-quiet)" : mixed(2);
  if (dataType === "boolean") return value === 0 ? "var(--lane-quiet)" : "var(--lane-on)";
  if (dataType !== "string" && value === 0) return "var(--lane-quiet)";
  const known = Object.keys(states ?? {}).indexOf(String(value));
  return mixed(1 + (Math.max(0, known < 0 ? value : known) % 6));
}

function mixed(pen: number): string {
  return `color-mix(in oklab, var(--pen-${pen}) 42%, var(--s1))`;
}

function percent(share: number): string {
  return share > 0 && share < 0.01 ? "< 1 %" : `${formatNumber(share * 100, 0)} %`;
}
