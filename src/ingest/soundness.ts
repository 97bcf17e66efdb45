import type { ChannelName, DeviceId } from "../domain/brand.ts";
import type { Warning } from "../domain/findings.ts";
import { isUnsound, type SensorBits } from "../domain/health.ts";
import type { Value } from "../domain/reading.ts";
import type { Driver } from "../driver/driver.ts";
import type { JsonObject } from "../lib/json.ts";
import type { BoundChannel, BoundDevice } from "./bindings.ts";

/** Changes of a mask that are remembered, so that messages of a while ago are read as they were. */
const CHANGES = 16;

type SoundnessParts = {
  readonly drivers: readonly Driver[];
  /** Settings that went out to the device, where that is known: which sensors are not asked. */
  readonly toldTo?: (id: DeviceId) => JsonObject | undefined;
};

/**
 * What devices say of their own sensors, against what they bring: a value from a sensor of which
 * the device says that it does not work is a bad one. See
 * docs/decisions/0049-who-calls-itself-broken-is-not-believed.md.
 */
export class Soundness {
  readonly #drivers: ReadonlyMap<string, Driver>;
  readonly #toldTo: (id: DeviceId) => JsonObject | undefined;

  constructor({ drivers, toldTo }: SoundnessParts) {
    this.#drivers = new Map(drivers.map((driver) => [driver.id, driver]));
    this.#toldTo = toldTo ?? (() => undefined);
  }

  /** Whether the device said then that the sensor of this channel does not work. */
  isDoubted(bound: BoundDevice, channel: BoundChannel, at: number): boolean {
    channel.sensor ??= this.#sensorOf(bound, channel.channel.name);
    if (channel.sensor === "none") return false;
    const mask = maskAt(bound.channels.get(channel.sensor.mask), at);
    if (mask === undefined || hasAll(mask, channel.sensor)) return false;
    return isUnsound(mask, channel.sensor, this.#idle(bound, mask));
  }

  #sensorOf({ device }: BoundDevice, name: ChannelName): SensorBits | "none" {
    return this.#drivers.get(device.driver)?.sensorOf?.(name) ?? "none";
  }

  #idle({ device }: BoundDevice, mask: number): number {
    const driver = this.#drivers.get(device.driver);
    return driver?.idleBits?.(this.#toldTo(device.id), mask) ?? 0;
  }
}

/** Shown with the device, and with the message that brought the value. */
export function doubtOf(channel: ChannelName): Warning {
  const detail = `${channel}: the device says that this sensor is missing or faulty`;
  return { code: "W_SENSOR_UNSOUND", detail };
}

/** Remembers the mask that a channel said, where it is one and says something new. */
export function noteMask(channel: BoundChannel, at: number, value: Value | null): void {
  if (channel.channel.proposal.bits === undefined || typeof value !== "number") return;
  const newest = channel.masks.at(-1);
  if (newest?.mask === value) return;
  // What was said at a later time was said before the clock was set back.
  while ((channel.masks.at(-1)?.at ?? at) > at) channel.masks.pop();
  channel.masks.push({ at, mask: value });
  if (channel.masks.length > CHANGES) channel.masks.shift();
}

/** What is older than all that is remembered is judged by none. */
function maskAt(channel: BoundChannel | undefined, at: number): number | undefined {
  return channel?.masks.findLast((one) => one.at <= at)?.mask;
}

/** As most are: nobody has to know then which sensor is asked. */
function hasAll(mask: number, { bits }: SensorBits): boolean {
  return (mask & bits) === bits;
}
