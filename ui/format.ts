import type { VariableReply } from "../src/api/contract.ts";
import type { Value } from "../src/domain/reading.ts";
import { tableIn, timeIn } from "./written.ts";

/** What stands where there is no value. Never "NaN", "null" or an empty place. */
export const NO_VALUE = "–";
/** Narrow and unbreakable: between thousands, and nowhere else. */
const THIN_SPACE = "\u202f";
const MINUS = "\u2212";
const SIGNIFICANT_DIGITS = 4;
/** From here on a double does not tell one integer from the next. */
const HUGE = 2 ** 53;
const TINY = 1e-6;
const RAISED = [..."⁻⁰¹²³⁴⁵⁶⁷⁸⁹"];

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export type Figure = { readonly text: string; readonly unit: string };

/** A value as its variable wants it: a word for a state, fixed decimals and unit for a number. */
export function formatValue(
  value: Value | null | undefined,
  variable: Pick<VariableReply, "dataType"> & Partial<VariableReply>,
): Figure {
  const word = wordFor(value, variable.states);
  if (word !== undefined) return { text: word, unit: "" };
  if (typeof value === "boolean") return { text: value ? "On" : "Off", unit: "" };
  if (typeof value === "bigint" || isLongInteger(value, variable)) {
    return { text: grouped(String(value)), unit: formatUnit(variable.unit) };
  }
  if (typeof value === "string") return { text: formatText(value), unit: "" };
  if (typeof value !== "number" || !Number.isFinite(value)) return { text: NO_VALUE, unit: "" };
  if (variable.bits) return { text: bitsText(value, variable.bits.length), unit: "" };
  return { text: formatNumber(value, decimalsOf(variable)), unit: formatUnit(variable.unit) };
}

/** Numbers beside each other: where decimals are unknown, all have as many as one needs. */
export function formatAlike(
  values: readonly number[],
  variable: Pick<VariableReply, "dataType"> & Partial<VariableReply>,
): string[] {
  const sizes = values.map(Math.abs);
  const isPlain = variable.dataType === "number" && !variable.states && !variable.bits;
  const finest = fitting(Math.max(...sizes));
  const isFine = (size: number) => size === 0 || Number(size.toFixed(finest)) > 0;
  const areAlike = sizes.every((size) => isFine(size) && !isFar(size, undefined));
  if (!isPlain || !areAlike || decimalsOf(variable) !== undefined) {
    return values.map((value) => formatValue(value, variable).text);
  }
  const fractions = sizes.map((size) => trimmed(size.toFixed(finest)).split(".")[1] ?? "");
  const decimals = Math.max(...fractions.map(({ length }) => length));
  return values.map((value) => formatNumber(value, decimals));
}

/** What a text stands for, where that is shorter: a time, the rows of a table. */
function formatText(value: string): string {
  const at = timeIn(value);
  if (at !== undefined) return formatDateTime(at);
  const table = tableIn(value);
  return table ? formatCount(table.rows.length, "row") : value || NO_VALUE;
}

/** `12 345.60`, `−3.2`. Without `decimals`: as many as make four significant digits, no zeros. */
export function formatNumber(value: number | null | undefined, decimals?: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NO_VALUE;
  const size = Math.abs(value);
  if (isFar(size, decimals)) return powerOfTen(value);
  const digits =
    decimals === undefined ? trimmed(size.toFixed(fitting(size))) : size.toFixed(decimals);
  const [whole = "", fraction] = digits.split(".");
  const sign = value < 0 && Number(digits) !== 0 ? "-" : "";
  return `${grouped(sign + whole)}${fraction ? `.${fraction}` : ""}`;
}

/** Below what the decimals say, and above what all digits are known of. */
function isFar(size: number, decimals: number | undefined): boolean {
  return size >= HUGE || (decimals === undefined && size > 0 && size < TINY);
}

/** `1.798 × 10³⁰⁸`, `−4.2 × 10⁻¹²`. */
function powerOfTen(value: number): string {
  const [digits = "", power = ""] = Math.abs(value)
    .toExponential(SIGNIFICANT_DIGITS - 1)
    .split("e");
  const raised = [...String(Number(power))].map((digit) => RAISED["-0123456789".indexOf(digit)]);
  return `${value < 0 ? MINUS : ""}${trimmed(digits)} × 10${raised.join("")}`;
}

/** Digits after the point: as the model says, else as fine as the scale needs. */
export function decimalsOf(
  variable: Pick<VariableReply, "dataType"> & Partial<VariableReply>,
): number | undefined {
  if (variable.decimals !== undefined) return variable.decimals;
  if (variable.dataType === "integer") return 0;
  if (!variable.range) return undefined;
  const span = Math.abs(variable.range[1] - variable.range[0]);
  if (span >= 500) return 0;
  return span >= 20 ? 1 : 2;
}

const PRETTY: readonly (readonly [pattern: RegExp, to: string])[] = [
  [/^(deg|°)?C$/, "°C"],
  [/\^?3(?=\/|$)/, "³"],
  [/\^?2(?=\/|$)/, "²"],
  [/^CO2$/, "CO₂"],
];

export function formatUnit(unit: string | undefined): string {
  return PRETTY.reduce((text, [pattern, to]) => text.replace(pattern, to), unit ?? "");
}

/** `now`, `12 s`, `4 min`, `3 h 06`, `2 d`. */
export function formatAge(ms: number): string {
  if (!Number.isFinite(ms)) return NO_VALUE;
  if (ms < SECOND) return "now";
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) {
    const minutes = Math.floor((ms % HOUR) / MINUTE);
    return `${Math.floor(ms / HOUR)} h ${String(minutes).padStart(2, "0")}`;
  }
  return `${Math.floor(ms / DAY)} d`;
}

/** A length of time that somebody chose: `15 min`, `1 h`. */
export function formatSpan(ms: number): string {
  return ms === DAY ? "24 h" : formatAge(ms).replace(/ 00$/, "");
}

const TIME = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY_AND_TIME_PARTS = {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
} as const;
const DAY_AND_TIME = new Intl.DateTimeFormat("en-GB", DAY_AND_TIME_PARTS);
const YEAR_AND_TIME = new Intl.DateTimeFormat("en-GB", {
  ...DAY_AND_TIME_PARTS,
  year: "numeric",
});
const DATE = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });

/** `14:22:08` in this place's zone. */
export function formatTime(at: number | string): string {
  return dated(at, TIME);
}

/** `14:22`: where seconds say nothing. */
export function formatClock(at: number | string): string {
  return dated(at, CLOCK);
}

/** `3 Mar, 14:22:08`; of another year with it: `3 Mar 2024, 14:22:08`. */
export function formatDateTime(at: number | string, now = Date.now()): string {
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return dated(at, isThisYear ? DAY_AND_TIME : YEAR_AND_TIME);
}

/** `3 Mar 2027`. */
export function formatDate(at: number | string): string {
  return dated(at, DATE);
}

/** `UTC`, `CET`: the zone that the times on the screen are in. */
export function zoneName(at: number): string {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" }).formatToParts(at);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
}

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB"];

export function formatBytes(bytes: number): Figure {
  if (!Number.isFinite(bytes)) return { text: NO_VALUE, unit: "" };
  const power = bytes < 1 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3));
  const scaled = bytes / 1000 ** power;
  const decimals = power === 0 || scaled >= 100 ? 0 : 1;
  return { text: formatNumber(scaled, decimals), unit: BYTE_UNITS[power] ?? "" };
}

/** `1 device`, `3 devices`. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count, 0)} ${count === 1 ? one : many}`;
}

/** What some call a value by: `kWh` is no two words. */
const UNIT_NAME = /^(pH|[kMG]?(W|Wh|VA|VAh|Hz|V)|[kM]?varh?|m[AVW]|[kMm]Pa)$/;

/** Names from protocols for people: `sensors-config` and `powerFactor` become words. */
export function formatName(name: string): string {
  if (UNIT_NAME.test(name)) return name;
  // Whoever wrote words meant them so.
  if (/\s/.test(name.trim())) return name.charAt(0).toUpperCase() + name.slice(1);
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, (_, end: string, start: string) => `${end} ${start}`)
    .replace(/[-_.]+/g, " ")
    .trim();
  if (words === "") return name;
  const lower = words
    .replace(/\b[A-Z][a-z]+/g, (word) => word.toLowerCase())
    .replace(/\bco2\b/i, "CO₂");
  return lower.charAt(0).toUpperCase() + lower.slice(1);
}

/** How many of the bits are set: which ones has its own place. */
function bitsText(mask: number, count: number): string {
  const set = Array.from({ length: count }, (_, bit) => Math.floor(mask / 2 ** bit) % 2);
  return `${set.filter((bit) => bit === 1).length} of ${count}`;
}

function wordFor(
  value: Value | null | undefined,
  states: VariableReply["states"],
): string | undefined {
  if (!states || value === null || value === undefined) return undefined;
  if (typeof value === "boolean") return states[String(value)] ?? states[value ? "1" : "0"];
  return states[String(value)];
}

/** Beyond 2^53 the API gives digits, the live feed a bigint: they are shown alike. */
function isLongInteger(
  value: Value | null | undefined,
  { dataType }: Pick<VariableReply, "dataType">,
): value is string {
  return dataType === "integer" && typeof value === "string" && /^-?\d+$/.test(value);
}

function grouped(whole: string): string {
  return whole.replace(/\B(?=(\d{3})+$)/g, THIN_SPACE).replace("-", MINUS);
}

function fitting(size: number): number {
  if (size === 0) return 0;
  const whole = Math.floor(Math.log10(size)) + 1;
  return Math.min(9, Math.max(0, SIGNIFICANT_DIGITS - whole));
}

function trimmed(digits: string): string {
  return digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
}

function dated(at: number | string, format: Intl.DateTimeFormat): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? NO_VALUE : format.format(date);
}
