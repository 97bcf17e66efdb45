import type { ChannelName } from "../../domain/brand.ts";
import type { Variable } from "../../domain/catalogue.ts";
import type { Quality } from "../../domain/reading.ts";
import { ANY_FLOAT, type Rule } from "./rule.ts";

/** One kind of message that a node sends: section "Type-Specific Payloads Specification". */
export type Sensor = {
  readonly type: string;
  readonly rule: Rule;
  readonly channel: ChannelName;
  /** The quality of a value that is possible and not likely. */
  readonly doubt: Quality;
  readonly variable: Variable;
};

/**
 * A node reports every 900 s unless told otherwise, so it is given up after two reports missed and
 * a minute. Who sets a longer report time sets the point's freshness too.
 */
const REPORTED_MS = (2 * 900 + 60) * 1000;

/**
 * Occupancy and health are sent when they change and have no heartbeat: silence means no change, as
 * long as the node lives. A day of it is still believed; longer than that nobody can tell.
 */
const ON_CHANGE_MS = 24 * 60 * 60 * 1000;

/** Section "Health Data Specification", bit 0 first: 1 is present and working. */
const HEALTH_BITS = [
  "CO2",
  "Occupancy",
  "Noise level",
  "Illuminance",
  "VOC",
  "Humidity",
  "Temperature FIR",
  "Temperature NTC",
];

/** In the order in which a node reports several that are due together. */
export const SENSORS: readonly Sensor[] = [
  sensor("temperature", {
    rule: { key: "temperature", fraction: true, range: ANY_FLOAT, likely: [-40, 85] },
    variable: { name: "Temperature", unit: "°C", range: [0, 40], normal: [20, 26], decimals: 1 },
  }),
  sensor("humid", {
    rule: { key: "humidity", range: [0, 255], likely: [0, 100] },
    doubt: "bad",
    variable: { name: "Humidity", unit: "% rH", range: [0, 100], normal: [30, 60] },
  }),
  // A Sensirion index runs from 1 to 500, and 100 is the room's own last 24 hours.
  sensor("voc", {
    rule: { key: "voc", range: [-(2 ** 31), 2 ** 31 - 1], likely: [0, 500] },
    variable: { name: "VOC index", unit: "index", range: [0, 500], normal: [0, 150] },
  }),
  // The measuring range of common sensors; 0 and 65535 look like "no value".
  sensor("co2", {
    rule: { key: "co2", range: [0, 65535], likely: [300, 40000] },
    variable: { name: "CO2", unit: "ppm", range: [400, 2000], normal: [400, 1000] },
  }),
  // No normal band: darkness at night is nobody's fault.
  sensor("illuminance", {
    rule: { key: "illuminance", range: [0, 65535] },
    variable: { name: "Illuminance", unit: "lx", range: [0, 2000] },
  }),
  sensor("microphone", {
    rule: { key: "noise-level", range: [0, 255], likely: [20, 130] },
    variable: { name: "Noise level", unit: "dB", range: [20, 100], normal: [20, 60] },
  }),
  sensor("motion", {
    rule: {
      key: "occupancy",
      range: [1, 4],
      choices: [
        [1, "Vacant"],
        [4, "Occupied"],
      ],
    },
    variable: { name: "Occupancy", states: { 1: "Vacant", 4: "Occupied" } },
    freshnessMs: ON_CHANGE_MS,
  }),
  sensor("health", {
    rule: { key: "health", range: [0, 255] },
    variable: { name: "Health", range: [0, 255], bits: HEALTH_BITS },
    freshnessMs: ON_CHANGE_MS,
  }),
];

export const SENSOR_OF_TYPE = new Map(SENSORS.map((sensor) => [sensor.type, sensor]));
export const SENSOR_OF_CHANNEL = new Map<string, Sensor>(
  SENSORS.map((sensor) => [sensor.channel, sensor]),
);

type Row = {
  readonly rule: Omit<Rule, "title">;
  readonly variable: Omit<Variable, "dataType" | "freshnessMs">;
  readonly doubt?: Quality;
  readonly freshnessMs?: number;
};

function sensor(type: string, { rule, variable, doubt, freshnessMs }: Row): Sensor {
  return {
    type,
    rule: { ...rule, title: variable.name },
    channel: `${type}.${rule.key}` as ChannelName,
    doubt: doubt ?? "uncertain",
    variable: {
      decimals: 0,
      ...variable,
      dataType: rule.fraction ? "number" : "integer",
      freshnessMs: freshnessMs ?? REPORTED_MS,
    },
  };
}
