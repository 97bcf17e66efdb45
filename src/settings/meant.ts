import type { Asset, Device } from "../domain/model.ts";
import {
  defaultsIn,
  type Layer,
  type Resolved,
  resolve,
  type Scope,
  scopeText,
  type Template,
} from "../domain/settings.ts";
import type { JsonObject } from "../lib/json.ts";
import { settingsType } from "./check.ts";
import type { SettingsParts } from "./settings.ts";

/** What a device is meant to be told, and where each field of it comes from. */
export type Meant = Resolved & {
  /** The widest first; `origins` counts them from 0. */
  readonly sources: readonly Source[];
  /** What is laid down for this device alone. */
  readonly own: Layer | undefined;
};

/** One word in the matter: a template, or the fields that a place has of its own. */
export type Source = {
  readonly scope: Scope;
  /** Of the network, asset or device. */
  readonly name: string;
  readonly template: Template | null;
  readonly parameters: JsonObject;
};

/** All that is laid down, read once, to be asked about as many devices as there are. */
export type Plan = {
  meant(device: Device, command: string): Meant | undefined;
};

export async function planOf({ store, drivers }: SettingsParts): Promise<Plan> {
  const [layers, templates, assets] = await Promise.all([
    store.layers.find(),
    store.templates.find(),
    store.assets.find(),
  ]);
  const layerAt = new Map(layers.map((layer) => [keyOf(layer), layer]));
  const templateOf = new Map(templates.map((template) => [template.id, template]));
  const assetOf = new Map(assets.map((asset) => [asset.id, asset]));
  return {
    meant(device, command) {
      const type = settingsType(drivers, device.driver, command);
      if (!type) return undefined;
      const driver = drivers.find(({ id }) => id === device.driver);
      const places = placesOf(device, driver?.networkOf?.(device.address), assetOf);
      const layer = ({ scope }: Place) =>
        layerAt.get(keyOf({ driver: device.driver, command, scope: scopeText(scope) }));
      const sources = places.flatMap((place) => sourcesAt(place, layer(place), templateOf));
      const fields = sources.map(({ parameters }) => parameters);
      const last = places.at(-1);
      return { ...resolve(defaultsIn(type.parameters), fields), sources, own: last && layer(last) };
    },
  };
}

type Place = Pick<Source, "scope" | "name">;

/** From the network over the assets, the site first, down to the device itself. */
function placesOf(
  device: Device,
  network: string | undefined,
  assets: ReadonlyMap<string, Asset>,
): Place[] {
  const line: Place[] = [];
  const seen = new Set<Asset>();
  for (let asset = assets.get(device.assetId ?? ""); asset && !seen.has(asset); ) {
    seen.add(asset);
    line.unshift({ scope: { kind: "asset", id: asset.id }, name: asset.name });
    asset = assets.get(asset.parentId ?? "");
  }
  return [
    ...(network === undefined ? [] : [{ scope: networkScope(network), name: network }]),
    ...line,
    { scope: { kind: "device", id: device.id }, name: device.name },
  ];
}

function networkScope(id: string): Scope {
  return { kind: "network", id };
}

function sourcesAt(
  place: Place,
  layer: Layer | undefined,
  templates: ReadonlyMap<string, Template>,
): Source[] {
  if (!layer) return [];
  const template = templates.get(layer.templateId ?? "");
  const hasOwn = Object.keys(layer.parameters).length > 0;
  return [
    ...(template ? [{ ...place, template, parameters: template.parameters }] : []),
    ...(hasOwn ? [{ ...place, template: null, parameters: layer.parameters }] : []),
  ];
}

function keyOf({ driver, command, scope }: Pick<Layer, "driver" | "command" | "scope">): string {
  return `${driver} ${command} ${scope}`;
}
