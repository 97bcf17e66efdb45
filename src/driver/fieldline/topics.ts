import type { DeviceAddress } from "../../domain/brand.ts";

/** What a gateway says of a device below it: which channels it has, and samples of them. */
export type Verb = "channels" | "samples";

export const DEVICE_FILTERS = ["fl/1/+/o/channels", "fl/1/+/o/samples"];

/** `fl/1/{gateway}/o/{verb}` */
const DEVICE_TOPIC = /^fl\/1\/([^/]+)\/o\/(channels|samples)$/;

export function parseTopic(
  topic: string,
): { readonly gateway: string; readonly verb: Verb } | undefined {
  const [, gateway, verb] = DEVICE_TOPIC.exec(topic) ?? [];
  return gateway === undefined ? undefined : { gateway, verb: verb as Verb };
}

export function topicOf(device: DeviceAddress, verb: Verb): string {
  return `fl/1/${splitAddress(device).gateway}/o/${verb}`;
}

/** An address is `{gateway}/{name}`; the name is what the device is called below its gateway. */
export function addressOf(gateway: string, name: string): DeviceAddress {
  return `${gateway}/${name}` as DeviceAddress;
}

export function splitAddress(device: DeviceAddress): {
  readonly gateway: string;
  readonly name: string;
} {
  const cut = device.indexOf("/");
  return { gateway: device.slice(0, cut), name: device.slice(cut + 1) };
}
