import { Link } from "@tanstack/react-router";
import type { CSSProperties, ReactNode } from "react";
import type { PointReply, Reply } from "../../src/api/contract.ts";
import {
  decimalsOf,
  formatBytes,
  formatClock,
  formatName,
  formatNumber,
  NO_VALUE,
} from "../format.ts";
import { energyOf, formatEnergy, formatPower, type Meter, peakOf } from "../meter.ts";
import { PointAnalog, Share } from "../part/analog.tsx";
import { Figure, PointFigure } from "../part/figure.tsx";
import { assetName } from "../pick.ts";
import { useByTime } from "../use-live.ts";
import { useLoad, usePowers } from "../use-load.ts";
import { startOfDay, useIncrease, useRecent } from "../use-recent.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type FiguresProps = {
  readonly overview: Reply<"GET /overview">;
  readonly points: readonly PointReply[];
  /** Where power is not told but counted. */
  readonly meters: readonly Meter[];
};

/** Of figures that the plant has to say; two more say how its devices speak. */
const FIGURES_MAX = 4;

/** A row of figures: what the site does, and whether its devices speak. */
export function Figures({ overview, points, meters }: FiguresProps) {
  const recent = useRecent(points, HOUR_MS);
  const counted = Math.min(1, meters.length);
  const told = points.slice(0, FIGURES_MAX - counted);
  const columns = { "--columns": told.length + counted + 2 } as CSSProperties;
  return (
    <section className="figures" aria-label="Key figures" style={columns}>
      {counted > 0 && <MainPower meters={meters} />}
      {told.map((point) => (
        <KeyFigure key={point.id} point={point} hour={recent.get(point.id)} />
      ))}
      <Devices overview={overview} />
      <Messages overview={overview} />
    </section>
  );
}

type KeyFigureProps = {
  readonly point: PointReply;
  readonly hour: { readonly min: number; readonly max: number } | undefined;
};

function KeyFigure({ point, hour }: KeyFigureProps) {
  const decimals = decimalsOf(point.variable);
  return (
    <Link to="/plant/$assetId" params={{ assetId: point.assetId }} className="key-figure">
      <Heads name={formatName(point.variable.name)} about={assetName(point)} />
      <PointFigure point={point} size="big" />
      <PointAnalog point={point} />
      <Foots name="Last hour">
        {hour
          ? `${formatNumber(hour.min, decimals)} – ${formatNumber(hour.max, decimals)}`
          : NO_VALUE}
      </Foots>
    </Link>
  );
}

/** The largest meter: it stands for the site. */
function MainPower({ meters }: { meters: readonly Meter[] }) {
  const powers = usePowers(meters);
  const size = ({ assetId }: Meter) => powers.get(assetId) ?? -1;
  const [main] = [...meters].sort((a, b) => size(b) - size(a));
  const midnight = useByTime(startOfDay);
  const today = useIncrease(main?.registers ?? [], midnight);
  const load = useLoad(main ? [main] : [], DAY_MS);
  const peak = peakOf(load.columns, midnight);
  if (!main) return null;
  const most = formatPower(peak?.watts ?? null);
  const energy = formatEnergy(energyOf(main, ({ id }) => today.get(id)));
  return (
    <Link to="/plant/$assetId" params={{ assetId: main.assetId }} className="key-figure">
      <Heads name={main.name} about="15 min mean" />
      <Figure {...formatPower(powers.get(main.assetId) ?? null)} size="big" />
      <Foots name="Today">{`${energy.text} ${energy.unit}`}</Foots>
      <Foots name="Peak today">
        {peak ? `${most.text} ${most.unit} at ${formatClock(peak.at)}` : NO_VALUE}
      </Foots>
    </Link>
  );
}

function Devices({ overview: { devices, reporting, stale } }: Pick<FiguresProps, "overview">) {
  return (
    <Link to="/devices" className="key-figure">
      <Heads name="Devices reporting" />
      <Figure
        text={formatNumber(reporting, 0)}
        unit={`of ${formatNumber(devices, 0)}`}
        size="big"
      />
      <Share label="Devices reporting" part={reporting} whole={devices} />
      <Foots name="Silent">{formatNumber(stale, 0)}</Foots>
    </Link>
  );
}

function Messages({ overview }: Pick<FiguresProps, "overview">) {
  const { messagesPerSecond, valuesPerSecond, samplesStored, lastCount, bytesOnDisk } = overview;
  const disk = formatBytes(bytesOnDisk);
  return (
    <div className="key-figure">
      <Heads name="Messages" about={`${disk.text} ${disk.unit} kept`} />
      <Figure text={rate(messagesPerSecond)} unit="/s" size="big" />
      <Foots name="Values">{`${rate(valuesPerSecond)} /s`}</Foots>
      <Foots name={lastCount === null ? "Samples stored" : "Last count"}>
        {formatNumber(samplesStored, 0)}
      </Foots>
    </div>
  );
}

function Heads({ name, about }: { name: string; about?: string }) {
  return (
    <span className="key-head">
      <span className="cut">{name}</span>
      {about && <span className="hint cut">{about}</span>}
    </span>
  );
}

function Foots({ name, children }: { name: string; children: ReactNode }) {
  return (
    <span className="key-foot num">
      <span>{name}</span>
      <b>{children}</b>
    </span>
  );
}

function rate(perSecond: number): string {
  return formatNumber(perSecond, perSecond >= 100 ? 0 : 1);
}
