import type { ReportPolicy } from "../domain/report-policy.ts";
import { isJsonObject, type JsonObject } from "../lib/json.ts";

/** The sensors that report by a policy, by their block of `sensors-config`, in order of sending. */
export const BLOCKS = ["temperature", "humid", "voc", "co2", "illuminance", "microphone"] as const;
export type BlockName = (typeof BLOCKS)[number];

/** What a node knows of its configuration: viaSens MQTT data spec 1.8, "Configuration". */
export type NodeSettings = {
  readonly policies: Readonly<Record<BlockName, ReportPolicy>>;
  readonly holdMs: number;
  /** 0 FIR, 1 NTC. */
  readonly temperatureSource: number;
  readonly ntcOffset: number;
  readonly slope: number;
  readonly intercept: number;
};

/** The specification's "Default values are provided in example". Its times are seconds. */
export const FACTORY_SETTINGS: NodeSettings = {
  policies: {
    temperature: policy(900, 300, 0.2),
    humid: policy(900, 300, 5),
    voc: policy(900, 300, 30),
    co2: policy(900, 300, 50),
    illuminance: policy(900, 300, 50),
    microphone: policy(900, 300, 5),
  },
  holdMs: 30_000,
  temperatureSource: 0,
  ntcOffset: 0,
  slope: 1,
  intercept: 0,
};

/** A configuration may be partial: what it does not name stays. */
export function settingsAfter(settings: NodeSettings, parameters: JsonObject): NodeSettings {
  const of = (block: string) => {
    const found = parameters[block];
    return isJsonObject(found) ? found : {};
  };
  const temperature = of("temperature");
  const illuminance = of("illuminance");
  const policies = Object.fromEntries(
    BLOCKS.map((block) => [block, policyAfter(settings.policies[block], of(block))]),
  ) as Record<BlockName, ReportPolicy>;
  return {
    policies,
    holdMs: numberOf(of("occupancy"), "hold-time", settings.holdMs / 1_000) * 1_000,
    temperatureSource: numberOf(temperature, "source", settings.temperatureSource),
    ntcOffset: numberOf(temperature, "ntc-offset", settings.ntcOffset),
    slope: numberOf(illuminance, "slope", settings.slope),
    intercept: numberOf(illuminance, "intercept", settings.intercept),
  };
}

function policyAfter(known: ReportPolicy, block: JsonObject): ReportPolicy {
  return policy(
    numberOf(block, "report-time", known.longestMs / 1_000),
    numberOf(block, "dead-time", known.shortestMs / 1_000),
    numberOf(block, "cov", known.change),
  );
}

function policy(reportSeconds: number, deadSeconds: number, change: number): ReportPolicy {
  return { longestMs: reportSeconds * 1_000, shortestMs: deadSeconds * 1_000, change };
}

function numberOf(block: JsonObject, key: string, fallback: number): number {
  const value = block[key];
  return typeof value === "number" ? value : fallback;
}
