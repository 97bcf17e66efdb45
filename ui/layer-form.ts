import type { DeviceSettingsReply, Reply, TemplateReply } from "../src/api/contract.ts";
import { fieldsIn } from "../src/domain/settings.ts";
import type { FormParameters } from "./schema-form.ts";

/** What is laid down for a network or a place, seen among what lies wider and narrower. */
export type Layer = Reply<"GET /layers">["items"][number];
export type Source = DeviceSettingsReply["sources"][number];

/** Where settings are laid down: the network itself, or an asset with its path of names. */
export type Place = Layer["scope"] & { readonly name: string; readonly path: string };

/** Nodes whose own settings are narrower than all that is laid down for places. */
type Node = { readonly deviceId: string; readonly place: string };

export function isAt({ scope }: Layer, { kind, id }: Layer["scope"]): boolean {
  return scope.kind === kind && scope.id === id;
}

/** All that is wider than this place, the widest first: its network, then what it stands in. */
export function sourcesAbove(
  place: Place,
  layers: readonly Layer[],
  templates: readonly TemplateReply[],
  places: readonly Place[],
): readonly Source[] {
  if (place.kind === "network") return [];
  const around = places
    .filter((other) => other.kind === "network" || isBelow(place.path, other.path))
    .toSorted((a, b) => depthOf(a) - depthOf(b));
  return around.flatMap((one) => {
    const layer = layers.find((other) => isAt(other, one));
    return layer ? sourcesOf(layer, templates) : [];
  });
}

/** Names of the narrower places, by the field that they say something else of. */
export function narrowerOf(
  place: Place,
  layers: readonly Layer[],
  templates: readonly TemplateReply[],
  { places, nodes }: { readonly places: readonly Place[]; readonly nodes: readonly Node[] },
): ReadonlyMap<string, readonly string[]> {
  const narrower = layers.filter(({ scope }) => {
    if (scope.kind === "network") return false;
    if (scope.kind === "device") {
      const node = nodes.find(({ deviceId }) => deviceId === scope.id);
      return node !== undefined && holds(place, node.place);
    }
    const asset = places.find(({ kind, id }) => kind === "asset" && id === scope.id);
    return asset !== undefined && asset.id !== place.id && holds(place, asset.path);
  });
  const found = new Map<string, string[]>();
  for (const layer of narrower) {
    const fields = sourcesOf(layer, templates).flatMap(({ parameters }) => keysIn(parameters));
    for (const key of new Set(fields)) found.set(key, [...(found.get(key) ?? []), layer.name]);
  }
  return found;
}

/** Paths of the fields that settings name, such as `co2.cov`. */
function keysIn(parameters: FormParameters): readonly string[] {
  return [...fieldsIn(parameters as Parameters<typeof fieldsIn>[0]).keys()];
}

function sourcesOf(layer: Layer, templates: readonly TemplateReply[]): readonly Source[] {
  const { scope, name, template, parameters } = layer;
  const laid = templates.find(({ id }) => id === template?.id);
  return [
    ...(laid ? [{ scope, name, template, parameters: laid.parameters }] : []),
    ...(keysIn(parameters).length > 0 ? [{ scope, name, template: null, parameters }] : []),
  ];
}

function holds(place: Place, path: string): boolean {
  return place.kind === "network" || path === place.path || isBelow(path, place.path);
}

function isBelow(path: string, above: string): boolean {
  return path.startsWith(`${above}/`);
}

function depthOf({ kind, path }: Place): number {
  return kind === "network" ? 0 : path.split("/").length;
}
