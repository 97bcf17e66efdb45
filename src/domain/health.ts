import type { ChannelName, DeviceId } from "./brand.ts";

/**
 * What is known of the sensors behind a mask of a device, beyond its newest value: a device that
 * says 0 cannot tell a sensor that broke from one that was never there. One bit a sensor.
 */
export type Fitting = {
  readonly deviceId: DeviceId;
  readonly channel: ChannelName;
  /** Those that were 1 at least once. */
  readonly worked: number;
  /** Those of which a person says that they should be there, and that they should not. */
  readonly wanted: number;
  readonly unwanted: number;
  /** Those whose failure was told last. */
  readonly faulty: number;
};

/** `unused`: it is 0, and no value is asked of it. */
export type BitState = "working" | "faulty" | "unfitted" | "unused" | "unknown";

type Memory = Pick<Fitting, "worked" | "wanted" | "unwanted"> & {
  /** Those that give no value as the device is set. */
  readonly idle: number;
};

/** 0 from the first message on is more likely not there than broken, unless a person knows. */
export function bitStateOf(mask: number | undefined, bit: number, memory: Memory): BitState {
  if (mask === undefined) return "unknown";
  if (hasBit(mask, bit)) return "working";
  if (hasBit(memory.unwanted, bit)) return "unfitted";
  if (hasBit(memory.idle, bit)) return "unused";
  const isKnown = hasBit(memory.wanted, bit) || hasBit(memory.worked, bit);
  return isKnown ? "faulty" : "unfitted";
}

/** Where a device says whether the sensor of a channel works: one of several may be enough. */
export type SensorBits = {
  /** The channel of the mask. */
  readonly mask: ChannelName;
  readonly bits: number;
};

/** Whether the device says itself that its value comes from nothing that works. */
export function isUnsound(mask: number, { bits }: SensorBits, idle: number): boolean {
  const asked = bits & ~idle;
  return asked !== 0 && (mask & asked) === 0;
}

/** Not `>>`: a mask may have 32 bits, and shifting makes its highest a sign. */
export function hasBit(mask: number, bit: number): boolean {
  return Math.floor(mask / 2 ** bit) % 2 === 1;
}

export function withBit(mask: number, bit: number, isSet: boolean): number {
  if (hasBit(mask, bit) === isSet) return mask;
  return isSet ? mask + 2 ** bit : mask - 2 ** bit;
}

/** The bits of both. */
export function union(one: number, other: number): number {
  return (one | other) >>> 0;
}
