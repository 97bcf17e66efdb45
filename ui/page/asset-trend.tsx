import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { PointReply } from "../../src/api/contract.ts";
import type { LiveEvent } from "../live.ts";
import { Card } from "../part/card.tsx";
import { Empty } from "../part/empty.tsx";
import { hasLane, hasTrend, type PointPen, penOf } from "../part/pen.ts";
import { TrendPanes } from "../part/trend-panes.tsx";
import { spanWords } from "../time-span.ts";
import { chosenView, edgesOf, searchOf, type View, viewOf } from "../trend-view.ts";
import { live } from "../use-live.ts";
import { useRefetchOn } from "../use-refetch.ts";
import { tileName } from "./asset-tiles.tsx";
import { DELETION_CHANGES } from "./delete-samples.tsx";
import { IncreaseBars } from "./increase-bars.tsx";
import { TrendTools } from "./trend-tools.tsx";

/** Shown before anybody has chosen: so many lines, counters and lanes. */
const FIRST = { lines: 2, counters: 1, lanes: 1 };

/** History of the chosen variables; what is shown stands in the address, to be shared. */
export function AssetTrend({ points }: { readonly points: readonly PointReply[] }) {
  const { pens: wanted, range, from, to } = useSearch({ strict: false });
  const navigate = useNavigate();
  const all = useMemo(() => drawablesOf(points), [points]);
  const view = useMemo(() => viewOf({ range, from, to }), [range, from, to]);
  const chosen = useMemo(() => wanted?.split(".").filter(Boolean) ?? firstOf(all), [wanted, all]);
  const pens = useMemo(() => all.filter(({ key }) => chosen.includes(key)), [all, chosen]);
  const isDeletion = ({ kind, subject }: LiveEvent) =>
    kind === "history.deleted" && points.some(({ id }) => subject === `point:${id}`);
  useRefetchOn(isDeletion, DELETION_CHANGES);
  if (all.length === 0) return null;
  const set = (change: object) =>
    void navigate({
      to: ".",
      search: (before) => ({ ...before, ...change }),
      replace: true,
      resetScroll: false,
    });
  const setView = (next: View) => set(searchOf(next));
  const toggle = (id: string) => {
    const without = chosen.filter((other) => other !== id);
    set({ pens: (without.length < chosen.length ? without : [...chosen, id]).join(".") });
  };
  const drawn = pens.filter(({ variable }) => !variable.counter);
  return (
    <Card
      title="Trend"
      meta={view.from !== null && spanWords(edgesOf(view, 0))}
      flush
      actions={<TrendTools view={view} onView={setView} points={pens.map(({ point }) => point)} />}
    >
      <PenChips pens={all} chosen={chosen} onToggle={toggle} />
      {pens.length === 0 && <Empty title="Choose what to draw" />}
      {drawn.length > 0 && (
        <TrendPanes
          pens={drawn}
          view={view}
          onView={(a, b) => setView(chosenView(a, b, live.now()))}
          onReset={() => setView(viewOf({}))}
        />
      )}
      {pens
        .filter(({ variable }) => variable.counter)
        .map(({ point }) => (
          <IncreaseBars key={point.id} point={point} view={view} />
        ))}
    </Card>
  );
}

function drawablesOf(points: readonly PointReply[]): PointPen[] {
  const lines = points.filter(hasTrend);
  const counters = points.filter(({ variable }) => variable.counter);
  const lanes = points.filter(hasLane);
  return [...lines, ...counters, ...lanes].map((point, at) => {
    const pen = penOf(point, at, tileName(point));
    return hasTrend(point) ? pen : { ...pen, colour: "--fill" };
  });
}

function firstOf(pens: readonly PointPen[]): string[] {
  const points = pens.map(({ point }) => point);
  const first = [
    ...points.filter(hasTrend).slice(0, FIRST.lines),
    ...points.filter(({ variable }) => variable.counter).slice(0, FIRST.counters),
    ...points.filter((point) => hasLane(point) && !point.variable.bits).slice(0, FIRST.lanes),
  ];
  return first.map(({ id }) => id);
}

type PenChipsProps = {
  readonly pens: readonly PointPen[];
  readonly chosen: readonly string[];
  readonly onToggle: (id: string) => void;
};

function PenChips({ pens, chosen, onToggle }: PenChipsProps) {
  return (
    <fieldset className="pen-chips">
      <legend className="spoken">Variables to draw</legend>
      {pens.map(({ key, label, colour }) => (
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
