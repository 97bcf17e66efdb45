import type { DeviceAddress } from "../../domain/brand.ts";

/** Section "Sensor Values", "Configuration" and "Control Payloads". */
export type Leaf = "data" | "configure" | "control" | "extension";

export type Place = {
  readonly leaf: Leaf;
  /** `<network-id>/<node-address>`. */
  readonly device: DeviceAddress;
  /** The node's address in the mesh; NaN for an extension. */
  readonly node: number;
};

/**
 * Everything under `/sauter/viasens/`: presence, status and acknowledgement topics exist whose
 * paths no public text names. The second filter catches the classic mistake: no first slash.
 */
export const FILTERS = ["/sauter/viasens/#", "sauter/viasens/#"];

/** A mesh unicast address ends here; what is above would be a group. */
export const NODE_MAX = 0x7fff;

const TOPIC = /^\/sauter\/viasens\/([^/+#\0]{1,64})\/([^/]+)(?:\/(.*))?$/s;
const DIGITS = /^\d+$/;

/** Nodes repeat their topics; these are forgotten all together above so many, and read anew. */
const PLACES_MAX = 8_192;
const places = new Map<string, Place>();

/** Gives `undefined` for what is no topic of viaSens'. */
export function placeOf(topic: string): Place | undefined {
  const known = places.get(topic);
  if (known) return known;
  const place = readPlace(topic);
  if (places.size >= PLACES_MAX) places.clear();
  if (place) places.set(topic, place);
  return place;
}

function readPlace(topic: string): Place | undefined {
  const [, network, name = "", leaf] = TOPIC.exec(topic) ?? [];
  if (network === undefined) return undefined;
  const device = `${network}/${name}` as DeviceAddress;
  if (!DIGITS.test(name)) return { leaf: "extension", device, node: Number.NaN };
  const node = Number(name);
  if (name.startsWith("0") || node > 0xffff) return undefined;
  return { leaf: leafOf(leaf), device, node };
}

/** Everything before the node. */
export function networkOf(device: DeviceAddress): string {
  return device.slice(0, device.lastIndexOf("/"));
}

export function dataTopic(device: DeviceAddress): string {
  return `/sauter/viasens/${device}`;
}

export function configureTopic(device: DeviceAddress): string {
  return `${dataTopic(device)}/configure`;
}

export function controlTopic(device: DeviceAddress): string {
  return `${dataTopic(device)}/control`;
}

function leafOf(level: string | undefined): Leaf {
  if (level === undefined) return "data";
  return level === "configure" || level === "control" ? level : "extension";
}
