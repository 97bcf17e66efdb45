import type { ChannelName } from "../../domain/brand.ts";
import type { SensorBits } from "../../domain/health.ts";
import type { Expectation } from "../../domain/report-check.ts";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { SENSORS } from "./sensors.ts";

/** How each sensor reports that was told these settings; occupancy and health tell changes only. */
export function reportingOf(settings: JsonObject): readonly Expectation[] {
  return SENSORS.flatMap(({ type, channel }) => {
    const block = settings[type];
    if (!isJsonObject(block)) return [];
    const { cov, "report-time": report, "dead-time": dead } = block;
    if (!isNumber(cov) || !isNumber(report) || !isNumber(dead)) return [];
    const policy = { longestMs: report * 1000, shortestMs: dead * 1000, change: cov };
    return [{ channel, policy }];
  });
}

/** Section "Health Data Specification": the two sensors of temperature. */
const FIR_BIT = 64;
const NTC_BIT = 128;
const HEALTH_CHANNEL = "health.health" as ChannelName;

/** The source that is not chosen; where nobody knows which is, either that works is enough. */
export function idleBits(settings: JsonObject | undefined, mask: number): number {
  const block = settings?.["temperature"];
  const source = isJsonObject(block) ? block["source"] : undefined;
  if (source === 0) return NTC_BIT;
  if (source === 1) return FIR_BIT;
  const either = FIR_BIT | NTC_BIT;
  return (mask & either) === 0 ? 0 : either & ~mask;
}

/** The bit of each sensor, by its channel; either sensor of temperature brings the temperature. */
const BITS: ReadonlyMap<string, number> = new Map([
  ["co2.co2", 1],
  ["motion.occupancy", 2],
  ["microphone.noise-level", 4],
  ["illuminance.illuminance", 8],
  ["voc.voc", 16],
  ["humid.humidity", 32],
  ["temperature.temperature", FIR_BIT | NTC_BIT],
]);

/** Section D, rule 3 of our reference: a value that comes while its bit is 0 is a bad one. */
export function sensorOf(channel: ChannelName): SensorBits | undefined {
  const bits = BITS.get(channel);
  return bits === undefined ? undefined : { mask: HEALTH_CHANNEL, bits };
}

function isNumber(json: Json | undefined): json is number {
  return typeof json === "number";
}
