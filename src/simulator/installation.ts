import type { AgentKind } from "../domain/agent.ts";
import type { DeviceAddress } from "../domain/brand.ts";
import type { Command } from "../domain/command.ts";
import type { Message } from "../domain/message.ts";
import type { TwinReading } from "../driver/driver.ts";

/** Who connects: one MQTT connection, and the devices behind it. */
export type SimulatedAgent = {
  readonly kind: AgentKind;
  /** viaSens network, MindSphere tenant or SCorp-io project. */
  readonly tenant: string;
  readonly name: string;
  readonly clientId: string;
};

/** What a device says in one message, or in as many as its protocol needs. */
export type DeviceReport = {
  readonly device: DeviceAddress;
  readonly readings: readonly TwinReading[];
};

/** What a device is told. */
export type Order = Pick<Command, "name" | "parameters">;

/**
 * Devices as their maker wrote them, without a wire and without a clock: whoever runs them says
 * what time it is, and time only goes forward. Live simulation and history use the same ones.
 */
export interface Installation {
  readonly agent: SimulatedAgent;
  /** Id of the driver whose twins speak for these devices. */
  readonly driver: string;
  readonly devices: readonly DeviceAddress[];
  readonly opening: Opening;
  /** When something happens by itself next. */
  readonly nextAt: number;
  /** What the devices report from the last call up to and including `until`, in order of time. */
  advance(until: number): DeviceReport[];
  /** What a device reports because of an order that it understood. */
  obey(device: DeviceAddress, order: Order, at: number): DeviceReport[];
  /** What is said of an order besides, where that is said: whether it was understood. */
  answer?(device: DeviceAddress, isUnderstood: boolean, at: number): readonly Message[];
  /** A sensor of a device fails now, or is whole again. False: there is no such sensor. */
  break?(device: DeviceAddress, sensor: string, isBroken: boolean): boolean;
}

/** What is said whenever the connection is made, besides readings. */
export type Opening = {
  readonly beforeSubscribing: readonly Message[];
  /** Topic filters. */
  readonly subscriptions: readonly string[];
  readonly afterSubscribing: readonly Message[];
  /** The broker publishes it when the connection is lost. */
  readonly will: Message | null;
};

export const NO_OPENING: Opening = {
  beforeSubscribing: [],
  subscriptions: [],
  afterSubscribing: [],
  will: null,
};

/** Values of one device at one time, all of them good unless said otherwise. */
export function report(
  device: DeviceAddress,
  at: number,
  values: Readonly<Record<string, TwinReading["value"]>>,
): DeviceReport {
  const readings = Object.entries(values).map(
    ([channel, value]) => ({ channel, at, value, quality: "good" }) as TwinReading,
  );
  return { device, readings };
}
