import type { FormParameters, FormValues } from "./schema-form.ts";

/**
 * What the fields of a viaSens `sensors-config` mean together: section "Sensor Reporting and Dead
 * Time Mechanism" and what its users found out. Nothing here forbids; it says what will happen.
 */

/** The sensors that report by change, report time and dead time, with the change usual for each. */
const REPORTING: Readonly<Record<string, number>> = {
  temperature: 0.2,
  humid: 5,
  voc: 30,
  co2: 50,
  illuminance: 50,
  microphone: 5,
};
const DAY_S = 86_400;

/** What a person should know before sending, by field. */
export function doubtsOf(
  parameters: FormParameters,
  faulty: readonly string[],
): Readonly<Record<string, string>> {
  const doubts = new Map<string, string>();
  for (const sensor of Object.keys(REPORTING)) {
    for (const [key, text] of reportingDoubts(parameters, sensor)) doubts.set(key, text);
  }
  for (const [key, isOdd, text] of RANGE_DOUBTS) {
    const number = numberAt(parameters, key);
    if (number !== undefined && isOdd(number)) doubts.set(key, text);
  }
  const source = numberAt(parameters, "temperature.source");
  const chosen = source === 1 ? "NTC" : "FIR";
  if (source !== undefined && faulty.some((name) => name.includes(chosen))) {
    doubts.set("temperature.source", `The node reports its ${chosen} sensor missing or faulty.`);
  }
  return Object.fromEntries(doubts);
}

type RangeDoubt = readonly [key: string, isOdd: (number: number) => boolean, text: string];

const RANGE_DOUBTS: readonly RangeDoubt[] = [
  ["temperature.emissivity", (e) => e < 20, "Few surfaces radiate so little."],
  ["temperature.ntc-offset", (offset) => Math.abs(offset) > 10, "More than 10 °C is much."],
  ["occupancy.hold-time", (hold) => hold === 0, "Vacant as soon as nobody moves."],
  ["occupancy.hold-time", (hold) => hold > DAY_S, "Occupied for more than a day after a movement."],
  ["illuminance.slope", (slope) => slope === 0, "Every reading becomes the intercept."],
  ["illuminance.slope", (slope) => slope < 0, "More light gives a smaller value."],
];

function reportingDoubts(
  parameters: FormParameters,
  sensor: string,
): readonly (readonly [key: string, text: string])[] {
  const cov = numberAt(parameters, `${sensor}.cov`);
  const report = numberAt(parameters, `${sensor}.report-time`);
  const dead = numberAt(parameters, `${sensor}.dead-time`);
  if (cov === undefined || report === undefined || dead === undefined) return [];
  const usual = REPORTING[sensor] ?? 0;
  const said: readonly (readonly [holds: boolean, field: string, text: string])[] = [
    [dead > 65_535, "dead-time", "More than the firmware may be able to keep."],
    [report > 65_535, "report-time", "More than the firmware may be able to keep."],
    [dead === 0 && cov > 0 && cov < usual, "cov", "Without a dead time this may flood the mesh."],
    [report >= 1 && report <= 4, "report-time", "So often may flood the mesh."],
    [report > 0 && dead === report && cov > 0, "dead-time", "No change is ever sent early."],
    [report > 0 && dead > report, "dead-time", `The report time becomes ${dead} s.`],
    [report === 0 && cov === 0, "report-time", "This sensor will send only once."],
  ];
  return said
    .filter(([holds]) => holds)
    .map(([, field, text]) => [`${sensor}.${field}`, text] as const);
}

export type Traffic = {
  /** Messages of a node in a day: while nothing changes, and when everything does all the time. */
  readonly calm: number;
  /** Infinity where no dead time holds changes back. */
  readonly busy: number;
};

/** Without occupancy, which is sent when somebody comes or goes. */
export function trafficOf(parameters: FormParameters): Traffic {
  let [calm, busy] = [0, 0];
  for (const sensor of Object.keys(REPORTING)) {
    const cov = numberAt(parameters, `${sensor}.cov`) ?? 0;
    const report = numberAt(parameters, `${sensor}.report-time`) ?? 0;
    const dead = numberAt(parameters, `${sensor}.dead-time`) ?? 0;
    const longest = report > 0 ? Math.max(report, dead) : Number.POSITIVE_INFINITY;
    calm += DAY_S / longest;
    busy += DAY_S / (cov > 0 ? Math.min(dead, longest) : longest);
  }
  return { calm: Math.round(calm), busy: Math.round(busy) };
}

type SettingsPreset = { readonly name: string; readonly why: string; readonly times: Times };
type Times = { readonly "report-time": number; readonly "dead-time": number };

/** Starting points; the changes of value stay as they are. */
export const SETTINGS_PRESETS: readonly SettingsPreset[] = [
  {
    name: "Usual",
    why: "As in the specification's example",
    times: { "report-time": 900, "dead-time": 300 },
  },
  {
    name: "Responsive",
    why: "Changes after half a minute",
    times: { "report-time": 900, "dead-time": 30 },
  },
  {
    name: "Quiet",
    why: "Once an hour, changes after ten minutes",
    times: { "report-time": 3_600, "dead-time": 600 },
  },
];

/** The form after a preset was chosen. */
export function withTimes(values: FormValues, { times }: SettingsPreset): FormValues {
  const set = Object.keys(REPORTING).flatMap((sensor) =>
    Object.entries(times).map(([field, seconds]) => [`${sensor}.${field}`, String(seconds)]),
  );
  return { ...values, ...Object.fromEntries(set) };
}

function numberAt(parameters: FormParameters, key: string): number | undefined {
  const [block = "", field = ""] = key.split(".");
  const inner = parameters[block];
  if (typeof inner !== "object" || inner === null) return undefined;
  const number: unknown = (inner as FormParameters)[field];
  return typeof number === "number" ? number : undefined;
}
