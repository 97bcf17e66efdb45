import type { DeviceAddress } from "../../domain/brand.ts";

/** What an agent says; `o` and `i` in topics are the agent's out and in. */
export const OUTBOUND_FILTERS = ["tc/+/+/o/#"];

const OUTBOUND = "tc/";
const OUT = "/o/";

/** Where an agent hears answers: to its models, and to its wish for a token. */
export const ANSWERS = ["amo_v3/ms", "amo_v3/ip", "amo_v4/mip", "amo_v4/m", "agm_v3/tr"] as const;

/** What an agent hears: answers and commands. */
export type Inbound = (typeof ANSWERS)[number] | "cmd_v3/c";

/** The name under which the one model of an agent is kept that speaks `amo_v4`, where none is. */
export const V4_MODEL = "amo_v4";

type Outbound = { readonly device: DeviceAddress; readonly about: string };

/** Agents repeat their topics; these are forgotten all together above so many, and read anew. */
const OUTBOUND_MAX = 8_192;
const outbound = new Map<string, Outbound>();

export function parseOutbound(topic: string): Outbound | undefined {
  const known = outbound.get(topic);
  if (known) return known;
  const read = readOutbound(topic);
  if (outbound.size >= OUTBOUND_MAX) outbound.clear();
  if (read) outbound.set(topic, read);
  return read;
}

/** `<tenant>/<clientId>` is the device's address, so it is cut out of the topic in one piece. */
function readOutbound(topic: string): Outbound | undefined {
  if (!topic.startsWith(OUTBOUND)) return undefined;
  const tenantEnd = topic.indexOf("/", OUTBOUND.length);
  const deviceEnd = topic.indexOf("/", tenantEnd + 1);
  const isWhole = tenantEnd > OUTBOUND.length && deviceEnd > tenantEnd + 1;
  const about = topic.slice(deviceEnd + OUT.length);
  if (!isWhole || !topic.startsWith(OUT, deviceEnd) || about === "") return undefined;
  return { device: topic.slice(OUTBOUND.length, deviceEnd) as DeviceAddress, about };
}

export function outboundTopic(device: DeviceAddress, about: string): string {
  return `tc/${device}/o/${about}`;
}

export function inboundTopic(device: DeviceAddress, about: Inbound): string {
  return `tc/${device}/i/${about}`;
}

export function tenantOf(device: DeviceAddress): string {
  return device.split("/")[0] ?? "";
}
