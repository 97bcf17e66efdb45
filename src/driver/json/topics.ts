import type { ChannelName, DeviceAddress } from "../../domain/brand.ts";
import type { Layout } from "../../domain/frame.ts";

/** Whatever no other driver wants. */
export const ANY_TOPIC = ["#"];

export type Place = {
  readonly device: DeviceAddress;
  /** What a payload that is one value is called. */
  readonly channel: ChannelName;
};

/**
 * Who speaks on a topic, where no layout says so. A payload of many values is a device's own, and
 * its topic the device; of one value, the last level is its name, as in `kitchen/temperature`.
 */
export function placeOf(topic: string, isOneValue: boolean): Place {
  const cut = topic.lastIndexOf("/");
  const name = topic.slice(cut + 1);
  if (!isOneValue || cut <= 0 || name === "") return { device: addressOf(topic), channel: VALUE };
  return { device: addressOf(topic.slice(0, cut)), channel: name as ChannelName };
}

const VALUE = "value" as ChannelName;

/** As a layout names it; levels that the topic does not have are left out. */
export function placeBy(layout: Layout, topic: string): Place {
  const levels = topic.split("/");
  const filled = layout.device.replaceAll(/\{(\d+)\}/g, (_, number) => levels[number - 1] ?? "");
  const channel = (levels.at(-1) || VALUE) as ChannelName;
  return { device: addressOf(filled.trim() || topic), channel };
}

function addressOf(text: string): DeviceAddress {
  return text as DeviceAddress;
}
