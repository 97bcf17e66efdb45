import { useNavigate, useSearch } from "@tanstack/react-router";
import type { PointReply } from "../../src/api/contract.ts";
import { formatName } from "../format.ts";
import { Card } from "../part/card.tsx";
import { hasTrend, type Pen, penColour } from "../part/pen.ts";
import { Choice } from "../part/tabs.tsx";
import { TrendPanes } from "../part/trend-panes.tsx";
import { RANGES, type RangeId, rangeOf } from "../range.ts";
import { IncreaseBars } from "./increase-bars.tsx";

/** Shown before anybody has chosen. */
const FIRST_PENS = 2;

/** History of the chosen variables; the choice stands in the address, so that it can be shared. */
export function AssetTrend({ points }: { readonly points: readonly PointReply[] }) {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const drawable = points.filter(hasTrend);
  const counters = points.filter(({ variable }) => variable.counter);
  if (drawable.length + counters.length === 0) return null;
  const range = rangeOf(search.range);
  const chosen = search.pens?.split(".") ?? drawable.slice(0, FIRST_PENS).map(({ id }) => id);
  const set = (change: { range?: RangeId; pens?: string }) =>
    void navigate({ to: ".", search: (before) => ({ ...before, ...change }), replace: true });
  const pens: readonly Pen[] = drawable.map((point, at) => ({
    point,
    label: formatName(point.variable.name),
    colour: penColour(at),
  }));
  const toggle = (id: string) => {
    const without = chosen.filter((other) => other !== id);
    set({ pens: (without.length < chosen.length ? without : [...chosen, id]).join(".") });
  };
  return (
    <Card
      title="Trend"
      flush
      actions={
        <Choice
          label="Time range"
          options={RANGES.map(({ id, label }) => ({ value: id, label }))}
          value={range.id}
          onChange={(id) => set({ range: id })}
        />
      }
    >
      {drawable.length > 0 && (
        <>
          <PenChips pens={pens} chosen={chosen} onToggle={toggle} />
          <TrendPanes
            pens={pens.filter(({ point }) => chosen.includes(point.id))}
            spanMs={range.ms}
            group="asset"
          />
        </>
      )}
      {counters.map((point) => (
        <IncreaseBars key={point.id} point={point} spanMs={range.ms} everyMs={range.barMs} />
      ))}
    </Card>
  );
}

type PenChipsProps = {
  readonly pens: readonly Pen[];
  readonly chosen: readonly string[];
  readonly onToggle: (id: string) => void;
};

function PenChips({ pens, chosen, onToggle }: PenChipsProps) {
  return (
    <fieldset className="pen-chips">
      <legend className="spoken">Variables to draw</legend>
      {pens.map(({ point, label, colour }) => (
        <button
          key={point.id}
          type="button"
          className="pen-chip"
          aria-pressed={chosen.includes(point.id)}
          onClick={() => onToggle(point.id)}
        >
          <i style={{ background: `var(${colour})` }} />
          {label}
        </button>
      ))}
    </fieldset>
  );
}
