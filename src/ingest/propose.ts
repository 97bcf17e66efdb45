import type { ChannelName } from "../domain/brand.ts";
import type { DataType, Variable } from "../domain/catalogue.ts";
import { roundedFrom } from "../domain/coerce.ts";
import { notFiniteIn } from "../domain/not-finite.ts";
import type { Value } from "../domain/reading.ts";
import type { Driver } from "../driver/driver.ts";

/** Words in names that tell a unit, in the languages of the dialects' own examples. */
const UNITS: readonly (readonly [pattern: RegExp, unit: string])[] = [
  [/apparent.?energy|énergie apparente/i, "VAh"],
  [/reactive.?energy|énergie réactive/i, "varh"],
  [/energy|énergie/i, "Wh"],
  [/voltage|tension/i, "V"],
  [/current|intensité/i, "A"],
  [/power.?factor|cos.?phi/i, ""],
  [/power|puissance/i, "W"],
  [/frequency|fréquence/i, "Hz"],
  [/temp/i, "°C"],
  [/humid/i, "% rH"],
  [/co2/i, "ppm"],
  [/pressure|pression/i, "bar"],
  [/vibration/i, "mm/s"],
  [/flow|débit/i, "m³/h"],
  [/position|level|niveau/i, "%"],
  [/link.?budget|signal/i, "dB"],
];
const COUNTERS = /energy|énergie|counter|compteur|total/i;

/** What we would call a channel that nobody has described: the driver's word, else a guess. */
export function propose(driver: Driver, channel: ChannelName, dataType: DataType): Variable {
  const home = driver.catalogue.channels.find((other) => other.channel === channel);
  const known = home && variableOf(driver, home.aspect, home.variable);
  if (known) return known;
  const name = channel.split("/").at(-1) || channel;
  if (dataType === "boolean" || dataType === "string") return { name, dataType };
  const guess = UNITS.find(([pattern]) => pattern.test(channel))?.[1];
  // Whole amperes say little of a load: meters that count in integers count milliamperes.
  const unit = guess === "A" && dataType === "integer" ? "mA" : guess;
  return {
    name,
    dataType,
    ...(unit && { unit }),
    ...(COUNTERS.test(channel) && { counter: true }),
  };
}

/** The aspect that a channel goes to when its device is adopted without further ado. */
export function aspectOf(driver: Driver, channel: ChannelName): string {
  const home = driver.catalogue.channels.find((other) => other.channel === channel);
  if (home) return home.aspect;
  const folders = channel.split("/").slice(0, -1);
  return folders.length > 0 ? folders.join("/") : "values";
}

/** The type of a value that came without one; a text that reads as a number is one. */
export function dataTypeOf(value: Value | null): DataType {
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number") return "number";
  if (typeof value === "bigint") return "integer";
  if (value === null || value.trim() === "") return "number";
  if (/^(true|false)$/i.test(value)) return "boolean";
  if (notFiniteIn(value) !== undefined) return "number";
  const number = Number(value);
  if (!Number.isFinite(number)) return "string";
  return roundedFrom(value, number) === undefined ? "number" : "integer";
}

function variableOf(driver: Driver, aspect: string, variable: string): Variable | undefined {
  const types = driver.catalogue.assetTypes.map(({ aspects }) => aspects[aspect]);
  return driver.catalogue.aspectTypes
    .filter(({ id }) => types.includes(id))
    .flatMap(({ variables }) => variables)
    .find(({ name }) => name === variable);
}
