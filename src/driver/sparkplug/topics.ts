import type { DeviceAddress } from "../../domain/brand.ts";

/** Specification 4: what edge nodes say; what hosts say (`NCMD`, `DCMD`, `STATE`) is ours. */
const VERBS = ["NBIRTH", "NDATA", "NDEATH", "DBIRTH", "DDATA", "DDEATH"] as const;
export type Verb = (typeof VERBS)[number];

export const EDGE_FILTERS = VERBS.map((verb) => {
  return verb.startsWith("N") ? `spBv1.0/+/${verb}/+` : `spBv1.0/+/${verb}/+/+`;
});

export type Place = {
  readonly verb: Verb;
  /** `<group>/<edge>` of what a node says of itself, `<group>/<edge>/<device>` of a device. */
  readonly device: DeviceAddress;
  readonly edge: DeviceAddress;
};

/** `spBv1.0/<group>/<verb>/<edge>[/<device>]` (specification 4.1). */
const TOPIC = /^spBv1\.0\/([^/]+)\/([A-Z]+)\/([^/]+)(?:\/([^/]+))?$/;

export function placeOf(topic: string): Place | undefined {
  const [, group, word, node, device] = TOPIC.exec(topic) ?? [];
  const verb = VERBS.find((other) => other === word);
  if (!verb || verb.startsWith("D") !== (device !== undefined)) return undefined;
  const edge = `${group}/${node}` as DeviceAddress;
  return {
    verb,
    edge,
    device: device === undefined ? edge : (`${edge}/${device}` as DeviceAddress),
  };
}

/** Where a node or a device says this; the first letter follows from its address. */
export function topicOf(address: DeviceAddress, what: "BIRTH" | "DATA" | "DEATH"): string {
  const [group, edge, device] = address.split("/");
  if (device === undefined) return `spBv1.0/${group}/N${what}/${edge}`;
  return `spBv1.0/${group}/D${what}/${edge}/${device}`;
}

/** Where it is told something. */
export function commandTopicOf(address: DeviceAddress): string | undefined {
  const [group, edge, device, more] = address.split("/");
  if (!group || !edge || device === "" || more !== undefined) return undefined;
  return device === undefined
    ? `spBv1.0/${group}/NCMD/${edge}`
    : `spBv1.0/${group}/DCMD/${edge}/${device}`;
}
