import { formatPower, type Meter } from "../meter.ts";
import { Card } from "../part/card.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { Figure } from "../part/figure.tsx";
import { type Pen, penColour } from "../part/pen.ts";
import { TrendPlot } from "../part/trend.tsx";
import { useLoad, usePowers } from "../use-load.ts";

const DAY_MS = 24 * 3_600_000;
const METERS_MAX = 4;

/** Where meters count energy and nobody says power: power is what they counted in a quarter. */
export function LoadProfile({ meters }: { readonly meters: readonly Meter[] }) {
  const powers = usePowers(meters);
  const size = ({ assetId }: Meter) => powers.get(assetId) ?? 0;
  const shown = [...meters].sort((a, b) => size(b) - size(a)).slice(0, METERS_MAX);
  const pens: readonly Pen[] = shown.map(({ assetId, name }, at) => ({
    key: assetId,
    label: name,
    colour: penColour(at),
    variable: { name, dataType: "number", unit: "kW", range: [0, 1] },
  }));
  const load = useLoad(shown, DAY_MS);
  return (
    <Card
      title="Load profile"
      meta="15 min mean, kW"
      span={8}
      flush
      actions={pens.map(({ key, label, colour }) => (
        <span key={key} className="trend-pen num">
          <i style={{ background: `var(${colour})` }} />
          {label}
          <Figure {...formatPower(powers.get(key) ?? null)} />
        </span>
      ))}
    >
      <div className="trend-panes">
        <ProblemNote problem={load.problem} />
        <TrendPlot
          label={`Load profile of ${pens.map(({ label }) => label).join(", ")}, 24 hours`}
          pens={pens}
          columns={load.columns}
          from={load.from}
          to={load.to}
          height={232}
          isStepped
        />
      </div>
    </Card>
  );
}
