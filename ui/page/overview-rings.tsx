import { Link } from "@tanstack/react-router";
import type { CSSProperties } from "react";
import type { PointReply } from "../../src/api/contract.ts";
import { formatCount, formatName } from "../format.ts";
import { Card } from "../part/card.tsx";
import { Dial } from "../part/dial.tsx";
import { assetName, type Fleet } from "../pick.ts";

/** As many as a card shows without becoming a wall; the rest is one click away. */
const DIALS_MAX = 30;

type RingsProps = { readonly fleet: Fleet; readonly isWide: boolean };

/** One quantity of many rooms or machines: the one that stands out is seen at once. */
export function Rings({ fleet, isWide }: RingsProps) {
  const shown = fleet.points.slice(0, DIALS_MAX);
  const left = fleet.points.length - shown.length;
  return (
    <Card
      title={`${formatName(fleet.name)} by place`}
      meta={fleetHome(fleet.points)}
      span={isWide ? 12 : 7}
      flush
      actions={<span className="num">{formatCount(fleet.points.length, "place")}</span>}
    >
      <ul className="dials" style={columnsFor(shown.length)}>
        {shown.map((point) => (
          <li key={point.id}>
            <Link to="/plant/$assetId" params={{ assetId: point.assetId }} className="dial-link">
              <Dial point={point} />
              <span className="hint cut">{assetName(point)}</span>
            </Link>
          </li>
        ))}
      </ul>
      {left > 0 && (
        <Link to="/plant" className="dials-more hint">
          {`${formatCount(left, "more place")} in the plant`}
        </Link>
      )}
    </Card>
  );
}

/** Full rows: twelve make two of six, not one of seven and one of five. */
function columnsFor(count: number): CSSProperties {
  const rows = Math.ceil(count / 8);
  return { "--columns": Math.ceil(count / rows) } as CSSProperties;
}

/** The part of the tree that all members share. */
function fleetHome(points: readonly PointReply[]): string {
  const [first = [], ...others] = points.map(({ path }) => path.split("/"));
  const shared = first.findIndex((name, at) => others.some((path) => path[at] !== name));
  return first.slice(0, Math.max(0, shared)).at(-1) ?? "";
}
