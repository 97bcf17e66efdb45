import { Link } from "@tanstack/react-router";
import type { AssetReply, PointReply } from "../../src/api/contract.ts";
import { formatCount, formatName } from "../format.ts";
import { formatPower, type Meter } from "../meter.ts";
import { PointAnalog } from "../part/analog.tsx";
import { Card } from "../part/card.tsx";
import { Empty } from "../part/empty.tsx";
import { Figure, PointFigure } from "../part/figure.tsx";
import { type Fleet, keyPoints } from "../pick.ts";
import { byName, isWithin } from "../tree.ts";
import { usePowers } from "../use-load.ts";
import { FleetRange } from "./fleet-range.tsx";

type AreasProps = {
  /** The parts of the site; the sites where there are several. */
  readonly areas: readonly AssetReply[];
  /** Of the whole plant. */
  readonly assetCount: number;
  readonly points: readonly PointReply[];
  readonly fleets: readonly Fleet[];
  readonly meters: readonly Meter[];
  readonly isWide: boolean;
};

/** Lines of figures below an area's name. */
const FIGURES_MAX = 2;

/** The parts of the site, each with what says most about it. */
export function Areas({ areas, assetCount, isWide, ...rest }: AreasProps) {
  return (
    <Card title="Areas" meta={formatCount(assetCount, "asset")} span={isWide ? 12 : 4} flush>
      {areas.length === 0 ? (
        <Empty title="One site, no parts yet" />
      ) : (
        <ul className="areas">
          {areas.toSorted(byName).map((area) => (
            <Area key={area.id} area={area} {...rest} />
          ))}
        </ul>
      )}
    </Card>
  );
}

type AreaProps = Omit<AreasProps, "isWide" | "areas" | "assetCount"> & {
  readonly area: AssetReply;
};

function Area({ area, points, fleets, meters }: AreaProps) {
  const inside = points.filter(({ path }) => isWithin(path, area.path));
  const ids = new Set(inside.map(({ assetId }) => assetId));
  const isHere = ({ assetId }: { readonly assetId: string }) => ids.has(assetId);
  const [largest] = fleets;
  const members = largest?.points.filter(isHere) ?? [];
  const many = new Set(fleets.flatMap((fleet) => fleet.points));
  const figures = keyPoints(
    inside.filter((point) => !many.has(point)),
    FIGURES_MAX,
  );
  const own = meters.filter(isHere);
  const room = FIGURES_MAX - Number(members.length > 0) - Number(own.length > 0);
  return (
    <li className="area">
      <Link to="/plant/$assetId" params={{ assetId: area.id }} className="area-head">
        <b className="cut">{area.name}</b>
        {area.children > 0 && <span className="hint">{formatCount(area.children, "part")}</span>}
      </Link>
      {own.length > 0 && <AreaPower meters={own} />}
      {figures.slice(0, Math.max(0, room)).map((point) => (
        <div key={point.id} className="area-figure">
          <span className="hint cut">{formatName(point.variable.name)}</span>
          <PointAnalog point={point} />
          <PointFigure point={point} />
        </div>
      ))}
      {largest && members.length > 0 && (
        <FleetRange fleet={{ name: largest.name, points: members }} />
      )}
    </li>
  );
}

/** The largest meter stands for the area: others may count behind it. */
function AreaPower({ meters }: { meters: readonly Meter[] }) {
  const powers = [...usePowers(meters).values()].filter((power) => power !== null);
  return (
    <div className="area-figure">
      <span className="hint cut">Power</span>
      <span className="hint">15 min mean</span>
      <Figure {...formatPower(powers.length > 0 ? Math.max(...powers) : null)} />
    </div>
  );
}
