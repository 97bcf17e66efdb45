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

function isNumber(json: Json | undefined): json is number {
  return typeof json === "number";
}
