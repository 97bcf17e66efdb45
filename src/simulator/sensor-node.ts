import type { DeviceAddress } from "../domain/brand.ts";
import { DARK_RING, type LedPicture, pictureAfter } from "../domain/led-picture.ts";
import {
  PresenceReporter,
  type Report,
  Reporter,
  type ReportPolicy,
  reportsBefore,
} from "../domain/report-policy.ts";
import { draws } from "../lib/chance.ts";
import type { JsonObject } from "../lib/json.ts";
import { DAY_MS } from "./calendar.ts";
import type { DeviceReport, Order } from "./installation.ts";
import { report } from "./installation.ts";
import {
  BLOCKS,
  type BlockName,
  FACTORY_SETTINGS,
  type NodeSettings,
  settingsAfter,
} from "./node-settings.ts";
import type { RoomModel, RoomState } from "./room-model.ts";

type NodeOptions = {
  readonly device: DeviceAddress;
  readonly room: RoomModel;
  readonly seed: number;
  readonly bootAt: number;
  readonly settings?: NodeSettings;
  /** 2.1 sends all its values after each configuration; 1.8 goes on as its counters say. */
  readonly firmware?: Firmware;
  /** How many of a node's seven sensors fail, each for an hour or so, in a day. */
  readonly faultsPerDay?: number;
  /** The share of failing sensors that goes on with its last value, although health says 0. */
  readonly stuckShare?: number;
};

export type Firmware = "1.8" | "2.1";

/** Sensors are looked at this often. */
const SENSE_MS = 15_000;

/** A sensor's value as it goes on the wire, from what the room is like and its own error. */
type Sense = (room: RoomState, error: number, settings: NodeSettings) => number;

type Sensor = { readonly channel: string; readonly bit: number; readonly sense: Sense };

/** viaSens MQTT data spec 1.8: types and keys of "Type-Specific Payloads", bits of "Health". */
const SENSORS: Readonly<Record<BlockName, Sensor>> = {
  temperature: { channel: "temperature.temperature", bit: 6, sense: senseTemperature },
  humid: {
    channel: "humid.humidity",
    bit: 5,
    sense: (room, error) => within(room.humidity + 1.5 * error, 100),
  },
  voc: { channel: "voc.voc", bit: 4, sense: (room, error) => within(room.voc + 5 * error, 500) },
  co2: { channel: "co2.co2", bit: 0, sense: (room, error) => within(room.co2 + 9 * error, 65_535) },
  illuminance: { channel: "illuminance.illuminance", bit: 3, sense: senseLight },
  microphone: {
    channel: "microphone.noise-level",
    bit: 2,
    sense: (room, error) => within(room.noise + 2 * error, 255),
  },
};
const OCCUPANCY_BIT = 1;
const NTC_BIT = 7;
const VACANT = 1;
const OCCUPIED = 4;

/** A smart sensor in a room: reports by its policy, obeys, and holds what its LED ring shows. */
export class SensorNode {
  readonly device: DeviceAddress;
  readonly #options: NodeOptions;
  readonly #reporters: Readonly<Record<BlockName, Reporter>>;
  readonly #presence: PresenceReporter;
  readonly #error: (epoch: number, index: number) => number;
  #settings: NodeSettings;
  #picture: LedPicture = DARK_RING;
  #senseAt: number;
  #health: number | undefined;
  /** What each sensor told while it worked. */
  readonly #sensed = new Map<BlockName, number>();
  #isMoving = false;
  /** 1 for each sensor that nobody has broken on demand. */
  #unbroken = 255;

  constructor(options: NodeOptions) {
    this.device = options.device;
    this.#options = options;
    this.#settings = options.settings ?? FACTORY_SETTINGS;
    this.#senseAt = options.bootAt;
    this.#error = draws(options.seed, 120);
    const ways = { reportOnConfigure: options.firmware === "2.1" };
    this.#presence = new PresenceReporter(options.bootAt, this.#settings.holdMs, ways);
    this.#reporters = Object.fromEntries(
      BLOCKS.map((block) => [block, new Reporter(this.#settings.policies[block], ways)]),
    ) as Record<BlockName, Reporter>;
  }

  /** What the LED ring shows. */
  get picture(): LedPicture {
    return this.#picture;
  }

  get nextAt(): number {
    let next = Math.min(this.#senseAt, this.#presence.nextAt);
    for (const block of BLOCKS) next = Math.min(next, this.#reporters[block].nextAt);
    return next;
  }

  advance(until: number): DeviceReport[] {
    const reports: DeviceReport[] = [];
    while (this.#senseAt <= until) {
      this.#tick(this.#senseAt, reports);
      this.#sense(this.#senseAt, reports);
      // All nodes look at the same moments, so that one model step serves them all.
      this.#senseAt = (Math.floor(this.#senseAt / SENSE_MS) + 1) * SENSE_MS;
    }
    // What falls due at `until` itself is still told: its reading was the last one.
    this.#tick(until + 1, reports);
    return reports;
  }

  /** From the next look at its sensors on. False: it has no such sensor. */
  break(sensor: string, isBroken: boolean): boolean {
    const bit = bitOf(sensor);
    if (bit === undefined) return false;
    this.#unbroken = isBroken ? this.#unbroken & ~(1 << bit) : this.#unbroken | (1 << bit);
    return true;
  }

  obey({ name, parameters }: Order, at: number): DeviceReport[] {
    if (name === "sensors-config") return this.#configure(parameters, at);
    this.#picture = pictureAfter(this.#picture, { name, parameters }, at);
    return [];
  }

  /** Section B.4, A10: in 2.1 the start-up values are sent again. Health is told in both. */
  #configure(parameters: JsonObject, at: number): DeviceReport[] {
    this.#settings = settingsAfter(this.#settings, parameters);
    const reports: DeviceReport[] = [];
    for (const block of BLOCKS) {
      const policy: ReportPolicy = this.#settings.policies[block];
      this.#say(SENSORS[block].channel, this.#reporters[block].configure(at, policy), reports);
    }
    this.#sayPresence(this.#presence.configure(at, this.#settings.holdMs), reports);
    if (this.#health !== undefined) reports.push(this.#healthReport(at, this.#health));
    return reports;
  }

  /** What falls due before `until` without a new reading, in order of time. */
  #tick(until: number, reports: DeviceReport[]): void {
    const first = reports.length;
    for (const block of BLOCKS) {
      const reporter = this.#reporters[block];
      if (reporter.nextAt >= until) continue;
      for (const due of reportsBefore(reporter, until)) {
        this.#say(SENSORS[block].channel, due, reports);
      }
    }
    if (this.#health !== undefined && this.#presence.nextAt < until) {
      for (const due of reportsBefore(this.#presence, until)) this.#sayPresence(due, reports);
    }
    if (reports.length - first > 1) {
      const sorted = reports.splice(first).sort((a, b) => timeOf(a) - timeOf(b));
      reports.push(...sorted);
    }
  }

  #sense(at: number, reports: DeviceReport[]): void {
    const room = this.#options.room.at(at);
    const health = this.#healthAt(at);
    for (const [index, block] of BLOCKS.entries()) {
      const { channel, bit, sense } = SENSORS[block];
      const reporter = this.#reporters[block];
      const isWorking = (health & (1 << bit)) !== 0;
      if (!isWorking) {
        this.#senseBroken(at, block, reports);
        continue;
      }
      const error = this.#error(Math.floor(at / SENSE_MS), index) - 0.5;
      const value = sense(room, error, this.#settings);
      this.#sensed.set(block, value);
      const wasWorking = this.#health === undefined || (this.#health & (1 << bit)) !== 0;
      this.#say(
        channel,
        wasWorking ? reporter.read(at, value) : reporter.recover(at, value),
        reports,
      );
    }
    this.#sensePresence(at, (health & (1 << OCCUPANCY_BIT)) !== 0, reports);
    if (health !== this.#health) reports.push(this.#healthReport(at, health));
    this.#health = health;
  }

  #senseBroken(at: number, block: BlockName, reports: DeviceReport[]): void {
    const { channel, bit } = SENSORS[block];
    const reporter = this.#reporters[block];
    const stuck = this.#isStuck(at, bit) ? this.#sensed.get(block) : undefined;
    if (stuck === undefined) reporter.fail();
    else this.#say(channel, reporter.read(at, stuck), reports);
  }

  #sensePresence(at: number, isWorking: boolean, reports: DeviceReport[]): void {
    const isMoving = isWorking && this.#options.room.isMoving(at);
    const moved = isMoving === this.#isMoving ? undefined : this.#presence.move(at, isMoving);
    this.#isMoving = isMoving;
    this.#sayPresence(moved ?? this.#presence.tick(at), reports);
  }

  #isStuck(at: number, bit: number): boolean {
    const share = this.#options.stuckShare ?? 0;
    return share > 0 && this.#error(Math.floor(at / DAY_MS), 400 + bit) < share;
  }

  /** 1 for each sensor that works; a fault begins and ends within one day. */
  #healthAt(at: number): number {
    const chance = (this.#options.faultsPerDay ?? 0) / 7;
    let health = this.#unbroken;
    if (chance === 0) return health;
    const day = Math.floor(at / DAY_MS);
    for (let bit = 0; bit < NTC_BIT; bit += 1) {
      if (this.#error(day, 100 + bit) >= chance) continue;
      const begin = day * DAY_MS + this.#error(day, 200 + bit) * 0.9 * DAY_MS;
      const lengthMs = (0.2 + this.#error(day, 300 + bit)) * 0.08 * DAY_MS;
      if (at >= begin && at < begin + lengthMs) health &= ~(1 << bit);
    }
    return health;
  }

  #healthReport(at: number, health: number): DeviceReport {
    return report(this.device, at, { "health.health": health });
  }

  #say(channel: string, said: Report<number> | undefined, reports: DeviceReport[]): void {
    if (said) reports.push(report(this.device, said.at, { [channel]: said.value }));
  }

  #sayPresence(said: Report<boolean> | undefined, reports: DeviceReport[]): void {
    if (!said) return;
    const value = said.value ? OCCUPIED : VACANT;
    reports.push(report(this.device, said.at, { "motion.occupancy": value }));
  }
}

function bitOf(sensor: string): number | undefined {
  if (sensor === "motion") return OCCUPANCY_BIT;
  return BLOCKS.includes(sensor as BlockName) ? SENSORS[sensor as BlockName].bit : undefined;
}

export function timeOf({ readings }: DeviceReport): number {
  return readings[0]?.at ?? 0;
}

function senseTemperature(room: RoomState, error: number, settings: NodeSettings): number {
  const offset = settings.temperatureSource === 1 ? settings.ntcOffset : 0;
  return Math.round((room.temperature + offset + 0.08 * error) * 100) / 100;
}

function senseLight(room: RoomState, error: number, settings: NodeSettings): number {
  const raw = room.illuminance * (1 + 0.04 * error);
  return within(settings.slope * raw + settings.intercept, 65_535);
}

function within(value: number, most: number): number {
  return Math.min(most, Math.max(0, Math.round(value)));
}
