import type { PointReply } from "../../src/api/contract.ts";
import { formatUnit } from "../format.ts";

/** A point and the token of the colour that it is drawn in. */
export type Pen = {
  readonly point: PointReply;
  readonly label: string;
  readonly colour: string;
};

const COLOURS = 6;

export function penColour(at: number): string {
  return `--pen-${(at % COLOURS) + 1}`;
}

export type Pane = { readonly unit: string; readonly pens: readonly Pen[] };

/** One pane a unit: what cannot be compared is not drawn on one scale. */
export function panesOf(pens: readonly Pen[]): Pane[] {
  const panes = new Map<string, Pen[]>();
  for (const pen of pens) {
    const unit = formatUnit(pen.point.variable.unit);
    // Quantities without a unit have nothing in common: power factor and a count.
    const key = unit === "" ? pen.point.id : unit;
    panes.set(key, [...(panes.get(key) ?? []), pen]);
  }
  return [...panes.values()].map((pens) => ({
    unit: formatUnit(pens[0]?.point.variable.unit),
    pens,
  }));
}

/** A number that moves: states and texts have no line. */
export function hasTrend({ variable }: PointReply): boolean {
  return (
    (variable.dataType === "number" || variable.dataType === "integer") &&
    !variable.states &&
    !variable.counter
  );
}
