import { Link } from "@tanstack/react-router";
import type { AssetReply, PointReply, Reply } from "../../src/api/contract.ts";
import { formatName, formatNumber } from "../format.ts";
import { formatPower, type Meter, metersOf } from "../meter.ts";
import { Card } from "../part/card.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { Figure, PointFigure } from "../part/figure.tsx";
import { More } from "../part/more.tsx";
import { type Column, Table } from "../part/table.tsx";
import { type Fleet, fleetsOf, keyPoints } from "../pick.ts";
import { useReply } from "../query.ts";
import { byName, isWithin } from "../tree.ts";
import { usePowers } from "../use-load.ts";
import { usePages } from "../use-pages.ts";
import { FleetSpan } from "./fleet-range.tsx";

type AssetPartsProps = {
  readonly asset: AssetReply;
  readonly path: Reply<"GET /assets/:id">["path"];
};

/** A part and all points that it or its own parts have. */
type Part = {
  readonly asset: AssetReply;
  readonly points: readonly PointReply[];
  readonly meters: readonly Meter[];
};

/** Columns beside the name, with and without a column for what is not common. */
const COLUMNS_MAX = 6;
const COLUMNS_BESIDES = 3;
const FIGURES_MAX = 2;
const PAGE = 100;
const EVERY_MS = 30_000;

/** What hangs directly below; what the parts have in common stands in columns. */
export function AssetParts({ asset, path }: AssetPartsProps) {
  const pages = usePages("GET /assets", { parentId: asset.id }, { limit: PAGE, every: EVERY_MS });
  const latest = useReply("GET /points/latest", {
    query: { path: path.map(({ name }) => name).join("/") },
  });
  const points = latest.data?.items ?? [];
  const meters = metersOf(points);
  const parts = partsOf(pages.rows ?? [], points, meters);
  const fleets = fleetsOf(points);
  return (
    <Card title="Parts" meta={formatNumber(asset.children, 0)} flush>
      <ProblemNote problem={pages.problem ?? latest.error} />
      <Table
        label={`Parts of ${asset.name}`}
        rows={parts}
        rowKey={(part) => part.asset.id}
        columns={columnsFor(parts, fleets, meters)}
      />
      <More {...pages} shown={parts.length} />
    </Card>
  );
}

function columnsFor(
  parts: readonly Part[],
  fleets: readonly Fleet[],
  meters: readonly Meter[],
): Column<Part>[] {
  const many = new Set(fleets.flatMap((fleet) => fleet.points));
  const besides = ({ points }: Part) =>
    keyPoints(
      points.filter((point) => !many.has(point)),
      FIGURES_MAX,
    );
  const hasBesides = parts.some((part) => besides(part).length > 0);
  const hasParts = parts.some(({ asset }) => asset.children > 0);
  const common = fleets.slice(0, hasBesides ? COLUMNS_BESIDES : COLUMNS_MAX);
  return [
    {
      head: "Name",
      grow: !hasBesides,
      cell: ({ asset: { id, name } }) => (
        <Link to="/plant/$assetId" params={{ assetId: id }}>
          {name}
        </Link>
      ),
    },
    ...common.map(fleetColumn),
    ...(meters.length > 0 ? [POWER_COLUMN] : []),
    ...(hasBesides ? [besidesColumn(besides)] : []),
    ...(hasParts ? [PARTS_COLUMN] : []),
  ];
}

function fleetColumn(fleet: Fleet, at: number): Column<Part> {
  return {
    head: formatName(fleet.name),
    align: "right",
    wide: at > 1,
    cell: ({ points }) => {
      const members = fleet.points.filter((point) => points.includes(point));
      return members.length > 0 && <FleetSpan fleet={{ ...fleet, points: members }} />;
    },
  };
}

function besidesColumn(of: (part: Part) => readonly PointReply[]): Column<Part> {
  return { head: "Besides", grow: true, wide: true, cell: (part) => <Besides points={of(part)} /> };
}

const POWER_COLUMN: Column<Part> = {
  head: "15 min mean",
  align: "right",
  cell: ({ meters }) => meters.length > 0 && <PartPower meters={meters} />,
};

const PARTS_COLUMN: Column<Part> = {
  head: "Parts",
  align: "right",
  wide: true,
  cell: ({ asset }) => (asset.children > 0 ? formatNumber(asset.children, 0) : ""),
};

function Besides({ points }: { points: readonly PointReply[] }) {
  return (
    <span className="part-figures">
      {points.map((point) => (
        <span key={point.id} className="part-figure">
          <span className="hint">{formatName(point.variable.name)}</span>
          <PointFigure point={point} />
        </span>
      ))}
    </span>
  );
}

/** The largest meter stands for the part: others may count behind it. */
function PartPower({ meters }: { meters: readonly Meter[] }) {
  const powers = [...usePowers(meters).values()].filter((power) => power !== null);
  return <Figure {...formatPower(powers.length > 0 ? Math.max(...powers) : null)} />;
}

function partsOf(
  assets: readonly AssetReply[],
  points: readonly PointReply[],
  meters: readonly Meter[],
): Part[] {
  return assets.toSorted(byName).map((asset) => {
    const own = points.filter(({ path }) => isWithin(path, asset.path));
    const ids = new Set(own.map(({ assetId }) => assetId));
    return { asset, points: own, meters: meters.filter(({ assetId }) => ids.has(assetId)) };
  });
}
