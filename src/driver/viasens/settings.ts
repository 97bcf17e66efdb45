import type { Problem } from "../../domain/problem.ts";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { type Outcome, success } from "../../lib/outcome.ts";
import {
  ANY_FLOAT,
  type Reader,
  type Rule,
  readNumber,
  refuse,
  show,
  warn,
  warnOfUnknown,
} from "./rule.ts";

/** One object of a `sensors-config` payload: section "Configuration". */
type Block = {
  readonly key: string;
  readonly title: string;
  readonly rules: readonly Rule[];
};

const UINT_32 = [0, 2 ** 32 - 1] as const;

/** In the seed's order, which is the order in which we send them. */
export const BLOCKS: readonly Block[] = [
  {
    key: "temperature",
    title: "Temperature",
    rules: [
      {
        key: "emissivity",
        title: "Emissivity",
        description: "How well the surface radiates infrared: 0 (low) to 100 (perfect).",
        range: [0, 100],
        likely: [20, 100],
        initial: 90,
      },
      {
        key: "source",
        title: "Source",
        description: "Which sensor the reported temperature comes from.",
        range: [0, 1],
        choices: [
          [0, "FIR (far infrared)"],
          [1, "NTC (thermistor)"],
        ],
        initial: 0,
      },
      {
        key: "ntc-offset",
        title: "NTC offset",
        description: "Added to the reading of the NTC sensor.",
        unit: "°C",
        fraction: true,
        range: ANY_FLOAT,
        likely: [-10, 10],
        initial: 0,
      },
      ...reporting({ change: 0.2, unit: "°C" }),
    ],
  },
  {
    key: "occupancy",
    title: "Occupancy",
    rules: [
      {
        key: "hold-time",
        title: "Hold time",
        description: "How long a room stays occupied after the last movement.",
        unit: "s",
        range: UINT_32,
        likely: [1, 86_400],
        initial: 30,
      },
      {
        key: "sensitivity",
        title: "Sensitivity",
        // The text calls Medium the default, its example "with default values" has High: C1.
        description: "Low sees slow movements like walking, High also fast and small ones.",
        range: [0, 2],
        choices: [
          [0, "Low"],
          [1, "Medium"],
          [2, "High"],
        ],
        initial: 2,
      },
      {
        key: "mode",
        title: "Source",
        range: [0, 0],
        choices: [[0, "PIR (passive infrared)"]],
        initial: 0,
      },
    ],
  },
  { key: "humid", title: "Humidity", rules: reporting({ change: 5, unit: "% rH" }) },
  { key: "voc", title: "VOC", rules: reporting({ change: 30, unit: "index" }) },
  { key: "co2", title: "CO2", rules: reporting({ change: 50, unit: "ppm" }) },
  {
    key: "illuminance",
    title: "Illuminance",
    rules: [
      {
        key: "slope",
        title: "Slope",
        description: "The reported value is slope × reading + intercept.",
        fraction: true,
        range: ANY_FLOAT,
        likely: [Number.MIN_VALUE, Number.MAX_VALUE],
        initial: 1,
      },
      {
        key: "intercept",
        title: "Intercept",
        unit: "lx",
        fraction: true,
        range: ANY_FLOAT,
        initial: 0,
      },
      ...reporting({ change: 50, unit: "lx" }),
    ],
  },
  {
    key: "microphone",
    title: "Noise level",
    rules: [
      {
        key: "ceiling-type",
        title: "Ceiling",
        description: "Compensates the sound pressure level.",
        range: [0, 0],
        choices: [[0, "Other"]],
        initial: 0,
      },
      ...reporting({ change: 5, unit: "dB" }),
    ],
  },
  {
    key: "ibeacon",
    title: "iBeacon",
    rules: [
      {
        key: "tx-power",
        title: "Transmit power",
        range: [0, 7],
        choices: [
          [0, "-12 dBm"],
          [1, "-9 dBm"],
          [2, "-6 dBm"],
          [3, "-3 dBm"],
          [4, "0 dBm"],
          [5, "+3 dBm"],
          [6, "+6 dBm"],
          [7, "+9 dBm"],
        ],
        initial: 4,
      },
    ],
  },
];

/**
 * Reads a `sensors-config` payload into the seed's order. Blocks and fields may be missing: what is
 * not named does not change.
 */
export function readSettings(payload: JsonObject, reader: Reader): Outcome<JsonObject, Problem> {
  const settings: Record<string, JsonObject> = {};
  for (const block of BLOCKS) {
    const found = payload[block.key];
    if (found === undefined) continue;
    const read = readBlock(block, found, reader);
    if (!read.ok) return read;
    settings[block.key] = read.value;
  }
  warnOfUnknown(payload, (key) => BLOCKS.some((block) => block.key === key), reader);
  return success(settings);
}

/** Places that complete settings have and these have not, as JSON pointers. */
export function missingIn(settings: JsonObject): string[] {
  return BLOCKS.flatMap(({ key, rules }) => {
    const block = settings[key];
    return rules
      .filter((rule) => !isJsonObject(block) || block[rule.key] === undefined)
      .map((rule) => `/${key}/${rule.key}`);
  });
}

function readBlock(block: Block, found: Json, reader: Reader): Outcome<JsonObject, Problem> {
  if (!isJsonObject(found)) {
    return refuse("E_FIELD_TYPE", reader, `${block.key}: ${show(found)}, expected an object`);
  }
  const inside = { ...reader, pointer: `${reader.pointer}/${block.key}` };
  const read: Record<string, number> = {};
  for (const rule of block.rules) {
    const value = found[rule.key];
    if (value === undefined) continue;
    const number = readNumber(rule, value, inside);
    if (!number.ok) return number;
    read[rule.key] = number.value;
  }
  warnOfUnknown(found, (key) => block.rules.some((rule) => rule.key === key), inside);
  warnOfPolicy(block, read, inside);
  return success(read);
}

/** What is allowed and yet seldom meant: section "Sensor Reporting and Dead Time Mechanism". */
function warnOfPolicy(block: Block, read: Record<string, number>, reader: Reader): void {
  const { cov, "report-time": report, "dead-time": dead } = read;
  if (cov === undefined || report === undefined || dead === undefined) return;
  const usual = block.rules.find(({ key }) => key === "cov")?.initial ?? 0;
  const doubts: readonly (readonly [holds: boolean, detail: string])[] = [
    [report === 0 && cov === 0, "cov: this sensor will send only once"],
    [report >= 1 && report <= 4, "report-time: may flood the mesh"],
    [dead === 0 && cov > 0 && cov < usual, "cov: may flood the mesh"],
    [report > 0 && dead === report && cov > 0, "dead-time: no change is sent early"],
    [report > 0 && dead > report, "dead-time: counts as report-time, which is shorter"],
  ];
  for (const [holds, detail] of doubts) if (holds) warn("W_POLICY", reader, detail);
}

/** The seed gives no unit for its times; its examples only make sense in seconds. */
function reporting({ change, unit }: { change: number; unit: string }): Rule[] {
  return [
    {
      key: "cov",
      title: "Change of value",
      description: "Sent early when it differs this much from the value last sent; 0: never.",
      unit,
      fraction: true,
      range: [0, Number.MAX_VALUE],
      initial: change,
    },
    {
      key: "report-time",
      title: "Report time",
      description: "The longest time between two values; 0: only on change.",
      unit: "s",
      range: UINT_32,
      likely: [0, 65_535],
      initial: 900,
    },
    {
      key: "dead-time",
      title: "Dead time",
      description: "No change is sent earlier than this after the last value.",
      unit: "s",
      range: UINT_32,
      likely: [0, 65_535],
      initial: 300,
    },
  ];
}
