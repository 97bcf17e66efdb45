import { Link } from "@tanstack/react-router";
import type { AssetReply, PointReply } from "../../src/api/contract.ts";
import { formatCount, formatName } from "../format.ts";
import { PointAnalog } from "../part/analog.tsx";
import { Card } from "../part/card.tsx";
import { Empty } from "../part/empty.tsx";
import { PointFigure } from "../part/figure.tsx";
import { fleetsOf, keyPoints } from "../pick.ts";
import { below } from "../tree.ts";
import { FleetRange } from "./fleet-range.tsx";

type AreasProps = {
  readonly assets: readonly AssetReply[];
  readonly points: readonly PointReply[];
  readonly isWide: boolean;
};

/** The parts of the site, each with the figure that says most about it. */
export function Areas({ assets, points, isWide }: AreasProps) {
  const roots = assets.filter(({ parentId }) => parentId === null);
  const top = roots.length === 1 ? (roots[0]?.id ?? null) : null;
  const areas = assets.filter(({ parentId }) => parentId === top);
  return (
    <Card title="Areas" meta={formatCount(assets.length, "asset")} span={isWide ? 12 : 4} flush>
      {areas.length === 0 ? (
        <Empty title="One site, no parts yet" />
      ) : (
        <ul className="areas">
          {areas.map((area) => (
            <Area key={area.id} area={area} assets={assets} points={points} />
          ))}
        </ul>
      )}
    </Card>
  );
}

type AreaProps = Pick<AreasProps, "assets" | "points"> & { readonly area: AssetReply };

function Area({ area, assets, points }: AreaProps) {
  const ids = new Set(below(assets, area.id).map(({ id }) => id));
  const own = points.filter(({ assetId }) => ids.has(assetId));
  const [fleet] = fleetsOf(own);
  const figures = keyPoints(own, fleet ? 1 : 2);
  return (
    <li className="area">
      <Link to="/plant/$assetId" params={{ assetId: area.id }} className="area-head">
        <b>{area.name}</b>
        <span className="hint">{formatCount(ids.size - 1, "part")}</span>
      </Link>
      {figures.map((point) => (
        <div key={point.id} className="area-figure">
          <span className="hint cut">{formatName(point.variable.name)}</span>
          <PointAnalog point={point} />
          <PointFigure point={point} />
        </div>
      ))}
      {fleet && <FleetRange fleet={fleet} />}
    </li>
  );
}
