import type { DeviceAddress } from "../domain/brand.ts";
import type { Value } from "../domain/reading.ts";
import {
  type DeviceReport,
  type Installation,
  NO_OPENING,
  type Opening,
  report,
  type SimulatedAgent,
} from "./installation.ts";

/** A device that tells all its values every so often, and at once when it starts. */
export type PeriodicDevice = {
  readonly device: DeviceAddress;
  readonly everyMs: number;
  /** Values by channel. */
  readonly read: (t: number) => Readonly<Record<string, Value>>;
};

type PeriodicOptions = {
  readonly agent: SimulatedAgent;
  readonly driver: string;
  readonly devices: readonly PeriodicDevice[];
  readonly startAt: number;
  readonly opening?: Opening;
};

/** Devices behind one connection that report by the clock and take no orders. */
export class PeriodicInstallation implements Installation {
  readonly agent: SimulatedAgent;
  readonly driver: string;
  readonly opening: Opening;
  readonly devices: readonly DeviceAddress[];
  readonly #rows: { readonly device: PeriodicDevice; at: number }[];

  constructor({ agent, driver, devices, startAt, opening }: PeriodicOptions) {
    this.agent = agent;
    this.driver = driver;
    this.opening = opening ?? NO_OPENING;
    this.devices = devices.map(({ device }) => device);
    this.#rows = devices.map((device) => ({ device, at: startAt }));
  }

  get nextAt(): number {
    return Math.min(...this.#rows.map(({ at }) => at));
  }

  advance(until: number): DeviceReport[] {
    const reports: DeviceReport[] = [];
    for (let at = this.nextAt; at <= until; at = this.nextAt) {
      for (const row of this.#rows) {
        if (row.at !== at) continue;
        const { device, everyMs, read } = row.device;
        reports.push(report(device, at, read(at)));
        row.at = (Math.floor(at / everyMs) + 1) * everyMs;
      }
    }
    return reports;
  }

  obey(): DeviceReport[] {
    return [];
  }
}
