import type { PointReply } from "../../src/api/contract.ts";
import type { Quality } from "../../src/domain/reading.ts";
import { formatAge, formatValue, NO_VALUE } from "../format.ts";
import { statusText } from "../status-text.ts";
import { useByTime, usePoint, useStale } from "../use-live.ts";
import "./figure.css";

/** Letters that a tile has room for in the size of figures. */
const LONG = 10;

type FigureProps = {
  readonly point: Pick<PointReply, "id" | "latest" | "variable">;
  /** `big` for tiles, `plain` for tables and rows. */
  readonly size?: "big" | "plain";
};

/** A point's newest value as one may trust it: with unit, quality, and age once it is stale. */
export function PointFigure({ point, size = "plain" }: FigureProps) {
  const newest = usePoint(point);
  const isStale = useStale(newest?.at, point.variable.freshnessMs);
  const { text, unit } = formatValue(newest?.value, point.variable);
  return (
    <Figure
      text={text}
      unit={unit}
      size={size}
      quality={newest?.quality ?? "good"}
      statusWord={newest?.statusWord}
      staleSince={isStale ? (newest?.at ?? null) : null}
    />
  );
}

type BareFigureProps = {
  readonly text: string;
  readonly unit?: string;
  readonly size?: "big" | "plain";
  readonly quality?: Quality;
  readonly statusWord?: number | undefined;
  /** When it was last true, if that is longer ago than it should be. */
  readonly staleSince?: number | null;
};

export function Figure(props: BareFigureProps) {
  const { text, unit, size = "plain", quality = "good", statusWord, staleSince = null } = props;
  const isLong = size === "big" && text.length > LONG;
  const classes = ["figure", "num", size, quality, staleSince === null ? "" : "stale"];
  if (isLong) classes.push("long");
  return (
    <span className={classes.filter(Boolean).join(" ")}>
      <QualityMark quality={quality} statusWord={statusWord} />
      {/* A bad value that is not there at all is the mark alone. */}
      {!(quality === "bad" && text === NO_VALUE) && (
        <span className="figure-text" title={isLong ? text : undefined}>
          {text}
        </span>
      )}
      {unit && <span className="figure-unit">{unit}</span>}
      {staleSince !== null && <StaleAge at={staleSince} />}
    </span>
  );
}

/** `~` uncertain, `?` bad: a shape, then a word for ears. Good says nothing. */
function QualityMark({
  quality,
  statusWord,
}: Pick<BareFigureProps, "statusWord"> & { readonly quality: Quality }) {
  if (quality === "good") return null;
  const why = statusWord === undefined ? "" : `: ${statusText(statusWord)}`;
  return (
    <span className="quality-mark" title={`${quality} quality${why}`}>
      <span aria-hidden>{quality === "bad" ? "?" : "~"}</span>
      <span className="spoken">{`${quality} quality${why}`}</span>
    </span>
  );
}

function StaleAge({ at }: { readonly at: number }) {
  const age = useByTime((now) => formatAge(now - at));
  return (
    <span className="figure-age">
      <span className="spoken">last known </span>
      {age}
      <span className="spoken"> ago</span>
    </span>
  );
}
