import { isJsonObject, type Json, type JsonObject } from "../lib/json.ts";
import type { CommandId, DeviceId, Timestamp } from "./brand.ts";
import type { Actor } from "./event.ts";
import type { Role } from "./permission.ts";

/**
 * Parameters with a name. Settings are laid over others: what they do not name shows through. An
 * order, such as a picture for a ring, is kept whole for whoever wants to give it again.
 */
export type Template = {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  /** The command that carries them, such as `sensors-config`. */
  readonly command: string;
  readonly parameters: JsonObject;
};

/** Where settings may be laid down, from the widest to the narrowest. */
export const SCOPE_KINDS = ["network", "asset", "device"] as const;
export type Scope = {
  readonly kind: (typeof SCOPE_KINDS)[number];
  /** A network's name, an asset's id or a device's id. */
  readonly id: string;
};

/** What is laid down at one place: a template, and over it fields of its own. */
export type Layer = {
  readonly driver: string;
  readonly command: string;
  /** `<kind>:<id>`, see `scopeText`. */
  readonly scope: string;
  readonly templateId: string | null;
  readonly parameters: JsonObject;
};

/** Settings on their way to many devices, one after the other. */
export type Rollout = {
  readonly id: string;
  readonly name: string;
  readonly command: string;
  readonly state: "running" | "paused" | "ended" | "cancelled";
  readonly perSecond: number;
  /** Who answers for it: each of its commands is sent in this name. */
  readonly actor: Actor;
  readonly role: Role;
  readonly createdAt: Timestamp;
  readonly endedAt: Timestamp | null;
};

/** One device of a rollout. */
export type RolloutStep = {
  readonly rolloutId: string;
  readonly deviceId: DeviceId;
  readonly state: "waiting" | "sent" | "failed";
  readonly detail: string;
  readonly at: Timestamp | null;
  /** The command that it was; null before it is one. */
  readonly commandId: CommandId | null;
};

/** Settings that a device was told, and not by the house. */
export type Overheard = {
  readonly deviceId: DeviceId;
  readonly command: string;
  /** Null: what was kept for it was cleared. */
  readonly parameters: JsonObject | null;
  readonly agentId: string;
  readonly at: Timestamp;
};

export function scopeText({ kind, id }: Scope): string {
  return `${kind}:${id}`;
}

/** Fields by their path, such as `temperature.cov`: what layers put over each other. */
export function fieldsIn(parameters: JsonObject, before = ""): ReadonlyMap<string, Json> {
  const fields = new Map<string, Json>();
  for (const [key, value] of Object.entries(parameters)) {
    if (!isJsonObject(value)) fields.set(before + key, value);
    else for (const [path, inner] of fieldsIn(value, `${before}${key}.`)) fields.set(path, inner);
  }
  return fields;
}

/** Settings with the place that each field comes from. */
export type Resolved = {
  readonly parameters: JsonObject;
  /** By path: which of the layers has the last word; -1 where only the defaults have one. */
  readonly origins: Readonly<Record<string, number>>;
};

/** Lays settings over each other, the widest first: the last one that names a field counts. */
export function resolve(defaults: JsonObject, layers: readonly JsonObject[]): Resolved {
  let parameters = defaults;
  const origins: Record<string, number> = {};
  for (const path of fieldsIn(defaults).keys()) origins[path] = -1;
  for (const [index, layer] of layers.entries()) {
    parameters = laidOver(parameters, layer);
    for (const path of fieldsIn(layer).keys()) origins[path] = index;
  }
  return { parameters, origins };
}

export function laidOver(below: JsonObject, above: JsonObject): JsonObject {
  const laid: Record<string, Json> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const under = laid[key];
    laid[key] = isJsonObject(value) && isJsonObject(under) ? laidOver(under, value) : value;
  }
  return laid;
}

/** The settings that a schema's own defaults make. */
export function defaultsIn(schema: JsonObject): JsonObject {
  const properties = schema["properties"];
  if (!isJsonObject(properties)) return {};
  const found: Record<string, Json> = {};
  for (const [key, property] of Object.entries(properties)) {
    if (!isJsonObject(property)) continue;
    const fallback = property["default"];
    if (fallback !== undefined) found[key] = fallback;
    else if (isJsonObject(property["properties"])) found[key] = defaultsIn(property);
  }
  return found;
}

/** Whether devices with these settings behave alike: the order of fields counts for nothing. */
export function areSame(one: JsonObject, other: JsonObject): boolean {
  return differences(one, other).length === 0;
}

/** Paths of the fields in which they differ. */
export function differences(one: JsonObject, other: JsonObject): readonly string[] {
  const [here, there] = [fieldsIn(one), fieldsIn(other)];
  const paths = new Set([...here.keys(), ...there.keys()]);
  return [...paths].filter(
    (path) => JSON.stringify(here.get(path)) !== JSON.stringify(there.get(path)),
  );
}
