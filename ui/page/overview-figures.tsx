import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { PointReply, Reply } from "../../src/api/contract.ts";
import { decimalsOf, formatBytes, formatName, formatNumber, NO_VALUE } from "../format.ts";
import { PointAnalog, Share } from "../part/analog.tsx";
import { Figure, PointFigure } from "../part/figure.tsx";
import { assetName } from "../pick.ts";
import { useRecent } from "../use-recent.ts";

const HOUR_MS = 3_600_000;

type FiguresProps = {
  readonly overview: Reply<"GET /overview">;
  readonly points: readonly PointReply[];
};

/** A row of figures: what the site does, and whether its devices speak. */
export function Figures({ overview, points }: FiguresProps) {
  const recent = useRecent(points, HOUR_MS);
  return (
    <section className="figures" aria-label="Key figures">
      {points.map((point) => (
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
  const { messagesPerSecond, valuesPerSecond, samplesStored, bytesOnDisk } = overview;
  const disk = formatBytes(bytesOnDisk);
  return (
    <div className="key-figure">
      <Heads name="Messages" about={`${disk.text} ${disk.unit} kept`} />
      <Figure text={rate(messagesPerSecond)} unit="/s" size="big" />
      <Foots name="Values">{`${rate(valuesPerSecond)} /s`}</Foots>
      <Foots name="Samples stored">{formatNumber(samplesStored, 0)}</Foots>
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
