import { formatDateTime } from "../format.ts";
import { formatPower, type Meter } from "../meter.ts";
import { Card } from "../part/card.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { Figure } from "../part/figure.tsx";
import { type Pen, penColour } from "../part/pen.ts";
import { TrendPlot } from "../part/trend.tsx";
import { TrendSurface } from "../part/trend-surface.tsx";
import { type Load, QUARTER_MS, useLoad, usePowers } from "../use-load.ts";

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
        <TrendSurface
          from={load.from}
          to={load.to}
          reading={{
            label: "Read the load profile",
            stepMs: QUARTER_MS,
            words: (at) => quarterWords(load, pens, at ?? load.to - 1),
          }}
          hint={(at) => <QuarterHint load={load} pens={pens} at={at} />}
        >
          <TrendPlot
            label={`Load profile of ${pens.map(({ label }) => label).join(", ")}, 24 hours`}
            pens={pens}
            columns={load.columns}
            from={load.from}
            to={load.to}
            height={232}
            isStepped
          />
        </TrendSurface>
      </div>
    </Card>
  );
}

type QuarterHintProps = {
  readonly load: Load;
  readonly pens: readonly Pen[];
  readonly at: number;
};

function quarterWords({ columns, from }: Load, pens: readonly Pen[], at: number): string {
  const quarter = Math.floor((at - from) / QUARTER_MS);
  const means = pens.map(({ label }, index) => {
    const { text, unit } = meanPower(columns, index, quarter);
    return `${label} ${unit ? `${text} ${unit}` : "no value"}`;
  });
  return `${formatDateTime(from + quarter * QUARTER_MS)}: ${means.join("; ")}`;
}

function meanPower(columns: Load["columns"], pen: number, quarter: number) {
  const mean = columns.pens[pen]?.avg[quarter];
  return formatPower(typeof mean === "number" ? mean * 1000 : null);
}

/** The mean power of the quarter of an hour that the pointer is in. */
function QuarterHint({ load: { columns, from }, pens, at }: QuarterHintProps) {
  const quarter = Math.floor((at - from) / QUARTER_MS);
  return (
    <>
      <b>{formatDateTime(from + quarter * QUARTER_MS)}</b>
      <span className="hint"> for 15 min</span>
      <table>
        <tbody>
          {pens.map(({ key, label, colour }, index) => {
            const { text, unit } = meanPower(columns, index, quarter);
            return (
              <tr key={key}>
                <td>
                  <i style={{ background: `var(${colour})` }} />
                  {label}
                </td>
                <td className="trend-hint-value">{`${text} ${unit}`}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
}
