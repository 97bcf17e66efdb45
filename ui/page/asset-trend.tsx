import { useNavigate, useSearch } from "@tanstack/react-router";
import type { PointReply } from "../../src/api/contract.ts";
import { formatName } from "../format.ts";
import { Card } from "../part/card.tsx";
import { Empty } from "../part/empty.tsx";
import { hasTrend, penOf } from "../part/pen.ts";
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
  const chosen = search.pens?.split(".") ?? firstOf(drawable, counters);
  const set = (change: { range?: RangeId; pens?: string }) =>
    void navigate({ to: ".", search: (before) => ({ ...before, ...change }), replace: true });
  const pens = drawable.map((point, at) => penOf(point, at, formatName(point.variable.name)));
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
      <PenChips chips={[...pens, ...counters.map(counterChip)]} chosen={chosen} onToggle={toggle} />
      {chosen.length === 0 && <Empty title="Choose what to draw" />}
      {isAnyOf(drawable, chosen) && (
        <TrendPanes
          pens={pens.filter(({ key }) => chosen.includes(key))}
          spanMs={range.ms}
          group="asset"
        />
      )}
      {counters
        .filter(({ id }) => chosen.includes(id))
        .map((point) => (
          <IncreaseBars key={point.id} point={point} spanMs={range.ms} everyMs={range.barMs} />
        ))}
    </Card>
  );
}

function firstOf(drawable: readonly PointReply[], counters: readonly PointReply[]): string[] {
  const first = [...drawable.slice(0, FIRST_PENS), ...counters.slice(0, 1)];
  return first.map(({ id }) => id);
}

function isAnyOf(points: readonly PointReply[], chosen: readonly string[]): boolean {
  return points.some(({ id }) => chosen.includes(id));
}

function counterChip(point: PointReply): Chip {
  return { key: point.id, label: formatName(point.variable.name), colour: "--fill" };
}

type Chip = { readonly key: string; readonly label: string; readonly colour: string };

type PenChipsProps = {
  readonly chips: readonly Chip[];
  readonly chosen: readonly string[];
  readonly onToggle: (id: string) => void;
};

function PenChips({ chips, chosen, onToggle }: PenChipsProps) {
  return (
    <fieldset className="pen-chips">
      <legend className="spoken">Variables to draw</legend>
      {chips.map(({ key, label, colour }) => (
        <button
          key={key}
          type="button"
          className="pen-chip"
          aria-pressed={chosen.includes(key)}
          onClick={() => onToggle(key)}
        >
          <i style={{ background: `var(${colour})` }} />
          {label}
        </button>
      ))}
    </fieldset>
  );
}
