import { Link } from "@tanstack/react-router";
import type { AssetReply, PointReply, Reply } from "../../src/api/contract.ts";
import { formatName, formatNumber } from "../format.ts";
import { Card } from "../part/card.tsx";
import { PointFigure } from "../part/figure.tsx";
import { Table } from "../part/table.tsx";
import { fleetsOf, keyPoints } from "../pick.ts";
import { useReply } from "../query.ts";
import { below } from "../tree.ts";
import { FleetFigure } from "./fleet-range.tsx";

type AssetPartsProps = {
  readonly asset: AssetReply;
  readonly path: Reply<"GET /assets/:id">["path"];
};

/** Figures beside each part; more would make a wall of a table. */
const FIGURES_MAX = 3;

/** What hangs directly below, with what each part has to say. */
export function AssetParts({ asset, path }: AssetPartsProps) {
  const assets = useReply("GET /assets", { query: { limit: 1_000 } });
  const latest = useReply("GET /points/latest", {
    query: { path: path.map(({ name }) => name).join("/") },
  });
  const all = assets.data?.items ?? [];
  const parts = all
    .filter(({ parentId }) => parentId === asset.id)
    .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
  const points = latest.data?.items ?? [];
  return (
    <Card title="Parts" flush>
      <Table
        label={`Parts of ${asset.name}`}
        rows={parts}
        rowKey={({ id }) => id}
        columns={[
          {
            head: "Name",
            cell: ({ id, name }) => (
              <Link to="/plant/$assetId" params={{ assetId: id }}>
                {name}
              </Link>
            ),
          },
          {
            head: "Now",
            grow: true,
            cell: ({ id }) => <PartFigures points={pointsBelow(all, points, id)} />,
          },
          {
            head: "Parts",
            align: "right",
            wide: true,
            cell: ({ children }) => (children > 0 ? formatNumber(children, 0) : ""),
          },
        ]}
      />
    </Card>
  );
}

function PartFigures({ points }: { points: readonly PointReply[] }) {
  const [fleet] = fleetsOf(points);
  return (
    <span className="part-figures">
      {fleet && (
        <span className="part-figure">
          <FleetFigure fleet={fleet} />
        </span>
      )}
      {keyPoints(points, FIGURES_MAX).map((point) => (
        <span key={point.id} className="part-figure">
          <span className="hint">{formatName(point.variable.name)}</span>
          <PointFigure point={point} />
        </span>
      ))}
    </span>
  );
}

function pointsBelow(
  assets: readonly AssetReply[],
  points: readonly PointReply[],
  id: string,
): PointReply[] {
  const ids = new Set(below(assets, id).map((asset) => asset.id));
  return points.filter(({ assetId }) => ids.has(assetId));
}
