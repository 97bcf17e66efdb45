import { Link } from "@tanstack/react-router";
import { energyOf, formatEnergy, formatPower, type Meter } from "../meter.ts";
import { Card } from "../part/card.tsx";
import { Figure } from "../part/figure.tsx";
import { Table } from "../part/table.tsx";
import type { View } from "../trend-view.ts";
import { useByTime } from "../use-live.ts";
import { usePowers } from "../use-load.ts";
import { startOfDay, useIncrease } from "../use-recent.ts";
import { IncreaseBars } from "./increase-bars.tsx";

const LAST_DAY: View = { spanMs: 24 * 3_600_000, from: null };

type MetersProps = { readonly meters: readonly Meter[]; readonly isWide: boolean };

/** Registers only grow, so what they grew by says more than where they stand. */
export function Meters({ meters, isWide }: MetersProps) {
  const midnight = useByTime(startOfDay);
  const today = useIncrease(
    meters.flatMap(({ registers }) => registers),
    midnight,
  );
  const powers = usePowers(meters);
  const size = ({ assetId }: Meter) => powers.get(assetId) ?? 0;
  const [main] = [...meters].sort((a, b) => size(b) - size(a));
  const whole = main?.registers.length === 1 ? main.registers[0] : undefined;
  return (
    <Card title="Meters" meta="Energy" span={isWide ? 12 : 5} flush>
      <Table
        label="Meters"
        rows={meters}
        rowKey={({ assetId }) => assetId}
        columns={[
          {
            head: "Meter",
            grow: true,
            cell: ({ assetId, name }) => (
              <Link to="/plant/$assetId" params={{ assetId }}>
                {name}
              </Link>
            ),
          },
          {
            head: "15 min mean",
            align: "right",
            cell: ({ assetId }) => <Figure {...formatPower(powers.get(assetId) ?? null)} />,
          },
          {
            head: "Today",
            align: "right",
            cell: (meter) => (
              <Figure {...formatEnergy(energyOf(meter, ({ id }) => today.get(id)))} />
            ),
          },
          {
            head: "Register",
            align: "right",
            wide: true,
            cell: (meter) => <Figure {...formatEnergy(registerOf(meter))} />,
          },
        ]}
      />
      {whole && <IncreaseBars point={whole} view={LAST_DAY} />}
    </Card>
  );
}

function registerOf(meter: Meter): number | null {
  return energyOf(meter, ({ latest }) => (typeof latest?.value === "number" ? latest.value : null));
}
