import type { PointReply, VariableReply } from "../../src/api/contract.ts";
import { formatUnit } from "../format.ts";

/** What one line of a chart stands for, and the token of the colour that it is drawn in. */
export type Pen = {
  readonly key: string;
  readonly label: string;
  readonly colour: string;
  readonly variable: VariableReply;
};

/** A line that is a point: it has a newest value, too. */
export type PointPen = Pen & { readonly point: PointReply };

export function penOf(point: PointReply, at: number, label: string): PointPen {
  return { key: point.id, label, colour: penColour(at), variable: point.variable, point };
}

const COLOURS = 6;

export function penColour(at: number): string {
  return `--pen-${(at % COLOURS) + 1}`;
}

export type Pane = { readonly unit: string; readonly pens: readonly PointPen[] };

/** One pane a unit: what cannot be compared is not drawn on one scale. */
export function panesOf(pens: readonly PointPen[]): Pane[] {
  const panes = new Map<string, PointPen[]>();
  for (const pen of pens) {
    const unit = formatUnit(pen.variable.unit);
    // Quantities without a unit have nothing in common: power factor and a count.
    const key = unit === "" ? pen.key : unit;
    panes.set(key, [...(panes.get(key) ?? []), pen]);
  }
  return [...panes.values()].map((pens) => ({
    unit: formatUnit(pens[0]?.variable.unit),
    pens,
  }));
}

/** A state, a text or a mask: strips of time instead of a line. */
export function hasLane({ variable }: PointReply): boolean {
  const { dataType, states, bits } = variable;
  return dataType === "boolean" || dataType === "string" || !!states || !!bits;
}

/** A number that moves: states and texts have no line. */
export function hasTrend({ variable }: PointReply): boolean {
  return (
    (variable.dataType === "number" || variable.dataType === "integer") &&
    !variable.states &&
    !variable.bits &&
    !variable.counter
  );
}
