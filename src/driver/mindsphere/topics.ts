import type { DeviceAddress } from "../../domain/brand.ts";

/** What an agent says; `o` and `i` in topics are the agent's out and in. */
export const OUTBOUND_FILTERS = ["tc/+/+/o/#"];

/** The answers to a model and to its instantiation. */
export type Inbound = "amo_v3/ms" | "amo_v3/ip";

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

export function timeSeriesTopic(device: DeviceAddress): string {
  return `tc/${device}/o/mc_v3/ts`;
}

export function inboundTopic(device: DeviceAddress, about: Inbound): string {
  return `tc/${device}/i/${about}`;
}

export function tenantOf(device: DeviceAddress): string {
  return device.split("/")[0] ?? "";
}
