import type { DeviceAddress } from "../../domain/brand.ts";

/** What an agent says; `o` and `i` in topics are the agent's out and in. */
export const OUTBOUND_FILTERS = ["tc/+/+/o/#"];

/** What an agent hears: answers to models, to a wish for a token, and commands. */
export type Inbound =
  | "amo_v3/ms"
  | "amo_v3/ip"
  | "amo_v4/mip"
  | "amo_v4/m"
  | "agm_v3/tr"
  | "cmd_v3/c";

/** The name under which the one model of an agent is kept that speaks `amo_v4`, where none is. */
export const V4_MODEL = "amo_v4";

/** `<tenant>/<clientId>` is the device's address, so it is cut out of the topic in one piece. */
const OUTBOUND_TOPIC = /^tc\/([^/]+\/[^/]+)\/o\/(.+)$/;

export function parseOutbound(
  topic: string,
): { readonly device: DeviceAddress; readonly about: string } | undefined {
  const match = OUTBOUND_TOPIC.exec(topic);
  if (!match) return undefined;
  const [, device = "", about = ""] = match;
  return { device: device as DeviceAddress, about };
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
