import { Link } from "@tanstack/react-router";
import type { PointReply } from "../../src/api/contract.ts";
import { formatValue } from "../format.ts";
import { Card } from "../part/card.tsx";
import { Figure, PointFigure } from "../part/figure.tsx";
import { Table } from "../part/table.tsx";
import { assetName, powerPoints } from "../pick.ts";
import { useSecond } from "../use-live.ts";
import { startOfDay, useIncrease } from "../use-recent.ts";

type MetersProps = {
  readonly points: readonly PointReply[];
  readonly all: readonly PointReply[];
  readonly isWide: boolean;
};

/** Registers only grow, so what they grew by says more than where they stand. */
export function Meters({ points, all, isWide }: MetersProps) {
  const midnight = startOfDay(useSecond());
  const today = useIncrease(points, midnight);
  return (
    <Card title="Meters" meta="Since midnight" span={isWide ? 12 : 5} flush>
      <Table
        label="Meters"
        rows={points}
        rowKey={({ id }) => id}
        columns={[
          {
            head: "Meter",
            grow: true,
            cell: (point) => (
              <Link to="/plant/$assetId" params={{ assetId: point.assetId }}>
                {assetName(point)}
              </Link>
            ),
          },
          { head: "Power", align: "right", cell: (point) => <PowerOf point={point} all={all} /> },
          {
            head: "Today",
            align: "right",
            cell: (point) => (
              <Figure {...formatValue(today.get(point.id), increaseOf(point.variable))} />
            ),
          },
          {
            head: "Register",
            align: "right",
            wide: true,
            cell: (point) => <PointFigure point={point} />,
          },
        ]}
      />
    </Card>
  );
}

function PowerOf({ point, all }: { point: PointReply; all: readonly PointReply[] }) {
  const [power] = powerPoints(
    all.filter(({ assetId }) => assetId === point.assetId),
    1,
  );
  return power ? <PointFigure point={power} /> : <Figure text="–" />;
}

/** An increase is small where its register is large: one digit more. */
function increaseOf(variable: PointReply["variable"]): PointReply["variable"] {
  return { ...variable, decimals: Math.max(1, variable.decimals ?? 1) };
}
