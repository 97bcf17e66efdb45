import type { Driver } from "../driver/driver.ts";
import { assert } from "../lib/assert.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Site } from "./calendar.ts";
import { mindsphereMeter, scorpIoMeter } from "./energy-meter.ts";
import type { Installation, SimulatedAgent } from "./installation.ts";
import { MeterModel } from "./meter-model.ts";
import { PeriodicInstallation } from "./periodic.ts";
import { harbourWorks, type Plant } from "./plant.ts";
import { type Outage, Runner } from "./runner.ts";
import { roomsOf, SensorNetwork } from "./sensor-network.ts";
import type { Firmware } from "./sensor-node.ts";
import { readTrouble, TROUBLES_HELP } from "./trouble.ts";
import { TroubledNetwork, type Troubles } from "./troubled-network.ts";
import { virtualClock } from "./virtual-clock.ts";
import type { Connection, Counts } from "./wire.ts";

export { TROUBLES_HELP };

export type SimulateOptions = {
  /** What lives from the given time on; `Plant.installations` is one of these. */
  readonly fleet: Fleet;
  readonly connect: (agent: SimulatedAgent) => Connection;
  /** How many times as fast as real time; messages carry real times all the same. */
  readonly speed: number;
  /** Gateways that go away and come back; they stay where absent. */
  readonly outage?: Outage;
};

type SimulatorParts = {
  readonly clock: Clock;
  readonly drivers: readonly Driver[];
  readonly log: Log;
};

export type Fleet = (startAt: number) => readonly Installation[];

export type Simulation = {
  counts(): Counts;
  /** Does what the line says, see TROUBLES_HELP. False: it says nothing that can be done here. */
  trouble(line: string): boolean;
  close(): Promise<void>;
};

/** Devices as their makers wrote them, live on MQTT brokers until they are closed. */
export function simulate(options: SimulateOptions, parts: SimulatorParts): Simulation {
  const clock = virtualClock(parts.clock, options.speed);
  const runners = options.fleet(clock.now()).map((installation) => {
    const { agent, driver: id } = installation;
    const driver = parts.drivers.find((one) => one.id === id);
    assert(driver, `the driver ${id} is there`);
    const log = parts.log.child(agent.clientId);
    const { outage } = options;
    const own = { clock, driver, log, ...(outage && { outage }) };
    return new Runner(installation, options.connect(agent), own);
  });
  return {
    counts() {
      const counts = runners.map((runner) => runner.counts());
      const sum = (key: keyof Counts) => counts.reduce((total, one) => total + one[key], 0);
      return { sent: sum("sent"), acknowledged: sum("acknowledged"), lost: sum("lost") };
    },
    trouble(line) {
      const trouble = readTrouble(line);
      return trouble !== undefined && runners.filter((one) => one.suffer(trouble)).length > 0;
    },
    async close() {
      await Promise.all(runners.map((runner) => runner.close()));
    },
  };
}

/** The demo plant: its assets, its past, and a fleet for `simulate`. */
export function demoPlant(site: Site): Plant {
  return harbourWorks(site);
}

/** viaSens networks named `network-1`, `network-2` …, each behind a gateway of its own. */
export function sensorNetworks(site: Site, options: NetworksOptions): Fleet {
  const { networks, nodes, faultsPerDay = 0, stuckShare = 0, firmware = "1.8", troubles } = options;
  return (bootAt) =>
    numbered(networks).map((number) => {
      const seed = site.seed + 7_919 * number;
      const own = { utcOffsetMs: site.utcOffsetMs, seed };
      const network = `network-${number}`;
      const rooms = roomsOf(nodes, seed);
      const ways = { faultsPerDay, stuckShare, firmware };
      const calm = new SensorNetwork({ network, rooms, site: own, bootAt, ...ways });
      return troubles ? new TroubledNetwork(calm, { ...troubles, seed }, bootAt) : calm;
    });
}

type NetworksOptions = {
  readonly networks: number;
  /** In each of them. */
  readonly nodes: number;
  /** Sensors of a node that fail for an hour or so, in a day. */
  readonly faultsPerDay?: number;
  readonly stuckShare?: number;
  readonly firmware?: Firmware;
  readonly troubles?: Omit<Troubles, "seed">;
};

type MetersOptions = {
  readonly dialect: "mindsphere" | "scorp-io";
  /** MindSphere tenant or SCorp-io project. */
  readonly tenant: string;
  readonly meters: number;
  readonly everyMs: number;
};

/** Energy meters: one MindSphere agent each, or all behind one SCorp-io edge. */
export function energyMeters(site: Site, options: MetersOptions): Fleet {
  const { dialect, tenant, everyMs } = options;
  const meterOf = (number: number) => {
    const seed = site.seed + number;
    return { model: new MeterModel(SMALL_FACTORY, site, seed), seed, everyMs };
  };
  const numbers = numbered(options.meters);
  if (dialect === "mindsphere") {
    return (startAt) =>
      numbers.map((number) => {
        const name = `dash7_gateway_${number}`;
        return mindsphereMeter({ ...meterOf(number), tenant, name, number, startAt });
      });
  }
  const name = "dash7_gateway_1";
  const agent: SimulatedAgent = { kind: "scorp-io", tenant, name, clientId: `${tenant}-${name}` };
  return (startAt) => {
    const devices = numbers.map((number) => {
      const radioId = (0x70b3d51b60000000n + BigInt(number)).toString(16).toUpperCase();
      return scorpIoMeter(deviceAddress(tenant, name, radioId), meterOf(number));
    });
    return [new PeriodicInstallation({ agent, driver: "scorp-io", devices, startAt })];
  };
}

const SMALL_FACTORY = {
  base: 1_800,
  working: 14_000,
  hours: [6, 18],
  saturday: false,
  powerFactor: 0.92,
  installedAt: Date.UTC(2024, 0, 1),
} as const;

function deviceAddress(...levels: readonly string[]): Installation["devices"][number] {
  return levels.join("/") as Installation["devices"][number];
}

function numbered(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
