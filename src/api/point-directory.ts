import type { PointId } from "../domain/brand.ts";
import type { Point } from "../domain/model.ts";
import type { Directory, Target } from "../import/import.ts";
import type { ModelView } from "./model.ts";

/** What a file calls a column of values that it says no more of. */
const ANY_VALUE = /^(_?value|wert|reading|column \d+)$/i;

/**
 * Points by the names that files have for them. A name that several points have is nobody's, unless
 * one of those `near` has it: where somebody stands, `Temperature` is the one that he looks at.
 */
export function pointDirectory(view: ModelView, near: readonly string[]): Directory {
  const close = near.flatMap((id) => view.points.get(id as PointId) ?? []);
  const byPath = named(view.points.values(), (point) => fullNames(view, point));
  const byOwn = named(close, ({ aspect, variable: { name } }) => [`${aspect}.${name}`, name]);
  const byAny = named(view.points.values(), ({ aspect, variable: { name } }) => [
    `${aspect}.${name}`,
  ]);
  const targetOf = (point: Point | null | undefined): Target | undefined =>
    point ? { ...point, label: labelOf(view, point) } : undefined;
  const byId = (id: string) => targetOf(view.points.get(id as PointId));
  return {
    byId,
    byName(name) {
      const [only] = close.length === 1 && ANY_VALUE.test(name) ? close : [];
      const key = keyOf(name);
      return byId(name) ?? targetOf(byOwn.get(key) ?? byPath.get(key) ?? byAny.get(key) ?? only);
    },
  };
}

/** Null: several have it. */
function named(
  points: Iterable<Point>,
  namesOf: (point: Point) => readonly string[],
): ReadonlyMap<string, Point | null> {
  const found = new Map<string, Point | null>();
  for (const point of points) {
    for (const key of new Set(namesOf(point).map(keyOf))) {
      found.set(key, found.has(key) ? null : point);
    }
  }
  return found;
}

function fullNames(view: ModelView, { assetId, aspect, variable: { name } }: Point): string[] {
  const path = view.path(assetId);
  return [`${aspect}.${name}`, name].flatMap((own) => [`${path} · ${own}`, `${path}/${own}`]);
}

function labelOf(view: ModelView, { assetId, aspect, variable }: Point): string {
  return `${view.path(assetId)} · ${aspect}.${variable.name}`;
}

function keyOf(name: string): string {
  return name.trim().toLowerCase();
}
