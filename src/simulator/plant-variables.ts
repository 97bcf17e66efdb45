import type { Variable } from "../domain/catalogue.ts";

/** A channel of a device, and what it is when its protocol does not say. */
export type PlantVariable = Variable & { readonly channel: string; readonly aspect: string };

const FRESH_METER_MS = 3 * 60_000;
const FRESH_PUMP_MS = 60_000;

/** Of the MindSphere meter: its model tells types and units, not the rest. */
export const ENERGY_VARIABLES: readonly PlantVariable[] = [
  meter("activePower", "Power", {
    name: "Active power",
    unit: "kW",
    ...measured([0, 120], [0, 85], 1),
  }),
  energy("realEnergy", "Active energy", "Wh"),
  energy("apparentEnergy", "Apparent energy", "VAh"),
  meter("validEnergy", "Energy", { name: "Reading valid", dataType: "boolean", states: yesNo() }),
  meter("dataPoint4", "Radio", { name: "Link budget", unit: "dB", ...whole([60, 110], [70, 110]) }),
];

/** Of the SCorp-io meter: that protocol has no units at all. */
export const METER_VARIABLES: readonly PlantVariable[] = [
  ...[1, 2, 3].flatMap((phase) => [
    energy(`Énergie active/Phase ${phase}`, `Active energy L${phase}`, "Wh"),
    energy(`Énergie apparente/Phase ${phase}`, `Apparent energy L${phase}`, "VAh"),
    meter(`Intensité/Phase ${phase}`, "Current", {
      name: `Current L${phase}`,
      unit: "mA",
      ...whole([0, 63_000], [0, 50_000]),
    }),
    meter(`Tension/Phase ${phase}`, "Voltage", {
      name: `Voltage L${phase}`,
      unit: "V",
      ...whole([200, 260], [207, 253]),
    }),
  ]),
  meter("Force du signal radio DASH7", "Radio", {
    name: "Radio signal",
    unit: "dB",
    ...whole([60, 110], [70, 110]),
  }),
  meter("Bouton pressé", "Meter", { name: "Button", dataType: "boolean", states: yesNo() }),
  meter("État de la liaison Modbus - DASH7", "Meter", {
    name: "Modbus link",
    dataType: "boolean",
    states: { true: "Up", false: "Down" },
  }),
];

export const PUMP_VARIABLES: readonly PlantVariable[] = [
  pump("Pump speed", { unit: "Hz", ...measured([0, 50], [30, 48], 1) }),
  pump("Flow", { unit: "m³/h", ...measured([0, 70], [20, 62], 1) }),
  pump("Pressure", { unit: "bar", ...measured([0, 8], [2.5, 6], 2) }),
  pump("Motor temperature", { unit: "°C", ...measured([0, 90], [10, 65], 1) }),
  // ISO 10816-3 lets such a pump run without limit of time up to 2.8 mm/s.
  pump("Vibration", { unit: "mm/s", ...measured([0, 7.1], [0, 2.8], 2) }),
  pump("Valve position", { unit: "%", ...measured([0, 100], [15, 85], 0) }),
  pump("Running", { dataType: "boolean", states: { true: "Running", false: "Stopped" } }),
  pump("State", { dataType: "string" }),
];

type Numbers = Pick<Variable, "dataType" | "range" | "normal" | "decimals">;
type Pair = readonly [low: number, high: number];

function measured(range: Pair, normal: Pair, decimals: number): Numbers {
  return { dataType: "number", range, normal, decimals };
}

function whole(range: Pair, normal: Pair): Numbers {
  return { dataType: "integer", range, normal, decimals: 0 };
}

function yesNo(): Record<string, string> {
  return { true: "Yes", false: "No" };
}

function energy(channel: string, name: string, unit: string): PlantVariable {
  const variable = { name, unit, dataType: "integer", decimals: 0, counter: true } as const;
  return meter(channel, "Energy", variable);
}

function meter(channel: string, aspect: string, variable: Variable): PlantVariable {
  return { channel, aspect, freshnessMs: FRESH_METER_MS, ...variable };
}

function pump(channel: string, variable: Omit<Variable, "name">): PlantVariable {
  return { channel, aspect: "Pump", freshnessMs: FRESH_PUMP_MS, name: channel, ...variable };
}
