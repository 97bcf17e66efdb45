import type { DeviceAddress } from "./brand.ts";

/** What a network says of the software of one of its devices. */
export type Firmware = {
  readonly driver: string;
  readonly address: DeviceAddress;
  /** Version of the interface that it speaks, in the protocol's own words. */
  readonly api: string;
};

/**
 * Topics of a network that its protocol's documents leave open, as people who know it have told
 * them. Null: known by what its messages look like.
 */
export type NetworkTopics = {
  readonly driver: string;
  readonly network: string;
  /** Where a device's orders are answered; its level for the device is the driver's word. */
  readonly answers: string | null;
  /** Where the network says that it is there, and its will that it is not. */
  readonly presence: string | null;
};
