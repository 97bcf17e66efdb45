import type { PointReply } from "../src/api/contract.ts";
import { formatUnit } from "./format.ts";

/**
 * What the overview shows of a model that it has never seen: picked by unit and by how often a
 * quantity occurs, never by the names of one plant.
 */

/** One quantity of many assets of one kind: CO2 of all rooms. */
export type Fleet = { readonly name: string; readonly points: readonly PointReply[] };

/** From this many on a quantity is one of a fleet, not a key figure of the site. */
const FLEET_MIN = 4;

/** What tells most about a site, first. Power before pressure before the rest. */
const KEY_UNITS = [
  /^[kM]W$/,
  /^(bar|kPa|MPa|mbar)$/,
  /^m³\/h$|^l\/(min|s)$/,
  /^(Hz|rpm)$/,
  /^mm\/s$/,
  /^ppm$/,
  /^°C$/,
  /^%$/,
  /^[kM]?V$/,
  /^A$/,
];
const FACTOR = /power ?factor|cos ?(φ|phi)/i;
const POWER = /^[kM]?W$/;

/** Up to `count` figures that say how the site is, at most one of each unit. */
export function keyPoints(points: readonly PointReply[], count: number): PointReply[] {
  const fleets = new Set(fleetsOf(points).flatMap((fleet) => fleet.points));
  const single = points.filter((point) => isFigure(point) && !fleets.has(point));
  const picked = new Map<number, PointReply>();
  for (const point of single) {
    const rank = rankOf(point);
    const rival = picked.get(rank);
    if (rank < Number.POSITIVE_INFINITY && (!rival || isBetter(point, rival)))
      picked.set(rank, point);
  }
  return [...picked]
    .sort(([a], [b]) => a - b)
    .slice(0, count)
    .map(([, point]) => point);
}

/** The powers to draw together: the largest first. */
export function powerPoints(points: readonly PointReply[], count: number): PointReply[] {
  return points
    .filter((point) => isFigure(point) && POWER.test(point.variable.unit ?? ""))
    .filter(
      ({ variable }) => !/reactive|apparent|réactive|apparente|phase|L[123]\b/i.test(variable.name),
    )
    .sort((a, b) => sizeOf(b) - sizeOf(a))
    .slice(0, count);
}

/** Quantities that many assets have; the one to look at first comes first. */
export function fleetsOf(points: readonly PointReply[]): Fleet[] {
  const fleets = new Map<string, PointReply[]>();
  for (const point of points.filter(isFigure)) {
    const key = `${point.aspect}/${point.variable.name}/${point.variable.unit ?? ""}`;
    fleets.set(key, [...(fleets.get(key) ?? []), point]);
  }
  return [...fleets.values()]
    .filter((same) => new Set(same.map(({ assetId }) => assetId)).size >= FLEET_MIN)
    .map((same) => ({ name: same[0]?.variable.name ?? "", points: same.sort(byPath) }))
    .sort((a, b) => fleetRank(a) - fleetRank(b) || b.points.length - a.points.length);
}

/** For one asset's own page: what is read most first, then counters, states and masks. */
export function inOrder(points: readonly PointReply[]): PointReply[] {
  return [...points].sort(
    (a, b) =>
      shelfOf(a) - shelfOf(b) ||
      finite(rankOf(a)) - finite(rankOf(b)) ||
      a.variable.name.localeCompare(b.variable.name, "en", { numeric: true }),
  );
}

/** By their places, `R 2` before `R 10`. */
export function byPath(a: Pick<PointReply, "path">, b: Pick<PointReply, "path">): number {
  return a.path.localeCompare(b.path, "en", { numeric: true });
}

/** The last name of a path: the asset itself. */
export function assetName({ path }: Pick<PointReply, "path">): string {
  return path.split("/").at(-1) ?? path;
}

function isFigure({ variable }: PointReply): boolean {
  const isNumber = variable.dataType === "number" || variable.dataType === "integer";
  return isNumber && !variable.states && !variable.bits && !variable.counter;
}

function shelfOf(point: PointReply): number {
  const { counter, bits } = point.variable;
  if (isFigure(point)) return 0;
  if (counter) return 1;
  return bits ? 3 : 2;
}

function finite(rank: number): number {
  return Math.min(rank, KEY_UNITS.length);
}

function rankOf({ variable }: PointReply): number {
  if (FACTOR.test(words(variable.name))) return 0.5;
  // Relative humidity is a percentage with a longer name.
  const unit = formatUnit(variable.unit).replace(/^% ?rH$/, "%");
  const rank = KEY_UNITS.findIndex((pattern) => pattern.test(unit));
  return rank < 0 ? Number.POSITIVE_INFINITY : rank;
}

/** With a scale before without one; then the larger: the main meter before what is behind it. */
function isBetter(point: PointReply, rival: PointReply): boolean {
  const scaled = Number(point.variable.range !== undefined);
  const rivalScaled = Number(rival.variable.range !== undefined);
  if (scaled !== rivalScaled) return scaled > rivalScaled;
  return sizeOf(point) > sizeOf(rival);
}

function sizeOf({ latest, variable }: PointReply): number {
  const scale = /^M/.test(variable.unit ?? "") ? 1e6 : /^k/.test(variable.unit ?? "") ? 1e3 : 1;
  return typeof latest?.value === "number" ? latest.value * scale : Number.NEGATIVE_INFINITY;
}

function fleetRank({ points }: Fleet): number {
  const unit = formatUnit(points[0]?.variable.unit);
  const rank = ["ppm", "°C", "kW"].indexOf(unit);
  return rank < 0 ? 9 : rank;
}

/** `powerFactor` as `power factor`. */
function words(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, "$1 $2");
}
