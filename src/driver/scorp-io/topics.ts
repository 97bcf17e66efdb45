import type { DeviceAddress } from "../../domain/brand.ts";

/** What a device says: what it has to tell, and the values of it. */
export type Verb = "DBIRTH" | "DDATA";

export const DEVICE_FILTERS = ["mqtts/+/DBIRTH/+/+", "mqtts/+/DDATA/+/+"];

/** `mqtts/{project}/{verb}/{edge}/{device}` */
const DEVICE_TOPIC = /^mqtts\/([^/]+)\/(DBIRTH|DDATA)\/([^/]+\/[^/]+)$/;

export function parseTopic(
  topic: string,
): { readonly device: DeviceAddress; readonly verb: Verb } | undefined {
  const match = DEVICE_TOPIC.exec(topic);
  if (!match) return undefined;
  const [, project, verb, edgeAndDevice] = match;
  return { device: `${project}/${edgeAndDevice}` as DeviceAddress, verb: verb as Verb };
}

/** `DCMD` is what the house says to a device. */
export function topicOf(device: DeviceAddress, verb: Verb | "DCMD"): string {
  const [project = "", ...edgeAndDevice] = device.split("/");
  return `mqtts/${project}/${verb}/${edgeAndDevice.join("/")}`;
}
