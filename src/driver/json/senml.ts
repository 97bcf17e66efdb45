import type { Value } from "../../domain/reading.ts";
import { type ExactJson, type ExactJsonObject, isJsonObject } from "../../lib/json.ts";
import { isValue } from "../value.ts";
import { msOfSeconds } from "./time.ts";

/** One record of RFC 8428: `at` in milliseconds, undefined where it is of its arrival. */
type SenmlRecord = { readonly name: string; readonly value: Value | null; readonly at?: number };

/** Below this a time is counted from now on (RFC 8428, 4.5.3). */
const ABSOLUTE_FROM_S = 2 ** 28;

/** Whether these are records of RFC 8428: each a name of its own or a base, and a value. */
export function isSenml(items: readonly ExactJson[]): items is readonly ExactJsonObject[] {
  return items.length > 0 && items.every((item) => isJsonObject(item) && isRecord(item));
}

function isRecord(item: ExactJsonObject): boolean {
  const isNamed = typeof item["n"] === "string" || typeof item["bn"] === "string";
  return isNamed && ["v", "vs", "vb", "bn"].some((key) => item[key] !== undefined);
}

/** With base names, base times and base values put in (RFC 8428, 4.6). */
export function readSenml(items: readonly ExactJsonObject[], arrivedAt: number): SenmlRecord[] {
  const base = { name: "", time: 0, value: 0 };
  const records: SenmlRecord[] = [];
  for (const item of items) {
    if (typeof item["bn"] === "string") base.name = item["bn"];
    base.time = numberOf(item["bt"]) ?? base.time;
    base.value = numberOf(item["bv"]) ?? base.value;
    const value = valueIn(item, base.value);
    if (value === undefined) continue;
    const seconds = base.time + (numberOf(item["t"]) ?? 0);
    const at = timeOf(seconds, arrivedAt);
    const name = base.name + (typeof item["n"] === "string" ? item["n"] : "");
    records.push({ name: name || "value", value, ...(at !== undefined && { at }) });
  }
  return records;
}

function valueIn(item: ExactJsonObject, base: number): Value | null | undefined {
  const number = item["v"];
  if (typeof number === "number") return number + base;
  const other = number ?? item["vb"] ?? item["vs"];
  return other !== undefined && isValue(other) ? other : undefined;
}

function timeOf(seconds: number, arrivedAt: number): number | undefined {
  if (seconds === 0) return undefined;
  const ms = msOfSeconds(seconds);
  return seconds >= ABSOLUTE_FROM_S ? ms : arrivedAt + ms;
}

function numberOf(json: ExactJson | undefined): number | undefined {
  return typeof json === "number" && Number.isFinite(json) ? json : undefined;
}
