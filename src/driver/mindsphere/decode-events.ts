import type { DeviceAddress, Timestamp } from "../../domain/brand.ts";
import type { Findings } from "../../domain/findings.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { ToldEvent } from "../../domain/told.ts";
import { parseIsoTime } from "../../lib/iso-time.ts";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { shorten } from "../value.ts";

/** Error, warning, information. */
const SEVERITIES = [20, 30, 40];

/**
 * `mc_v3/e`: `{ events: [{ id, correlationId, timestamp, severity, type, description, details }] }`
 * One bad event does not spoil its neighbours: it is dropped with a warning.
 */
export function decodeEvents(
  device: DeviceAddress,
  body: JsonObject,
  findings: Findings,
): Outcome<void, Problem> {
  const rows = body["events"];
  if (!Array.isArray(rows) || rows.length === 0) {
    return failure(problem("payload_malformed", "E_EVENTS /events: expected an array of events"));
  }
  const events = rows.flatMap((row: Json, index) => readEvent(row, index, findings) ?? []);
  const [first] = findings.warnings.filter(({ code }) => code === "W_EVENT");
  if (events.length === 0) {
    return failure(problem("payload_malformed", `E_EVENTS ${first?.detail ?? "no event"}`));
  }
  findings.finding({ kind: "events", device, events });
  return success(undefined);
}

function readEvent(row: Json, index: number, findings: Findings): ToldEvent | undefined {
  const place = `/events/${index}`;
  const fields = isJsonObject(row) ? row : {};
  const { timestamp, details } = fields;
  const at = typeof timestamp === "string" ? parseIsoTime(timestamp) : undefined;
  if (at === undefined) {
    const expected = "a time like 2022-12-01T20:05:10Z";
    findings.warning("W_EVENT", `${place}/timestamp: found ${shorten(timestamp)}, not ${expected}`);
    return undefined;
  }
  if (details !== undefined && !isJsonObject(details)) {
    findings.warning("W_EVENT_DETAILS", `${place}/details: found ${shorten(details)}, no object`);
  }
  return {
    id: textOf(fields["id"]) || null,
    correlationId: textOf(fields["correlationId"]) || null,
    at: at as Timestamp,
    severity: severityOf(fields["severity"], place, findings),
    type: textOf(fields["type"]),
    description: textOf(fields["description"]),
    details: isJsonObject(details) ? details : {},
  };
}

/** Agents write it as a text; other numbers than the three have a meaning to their sender only. */
function severityOf(
  found: Json | undefined,
  place: string,
  findings: Findings,
): ToldEvent["severity"] {
  if (found === undefined || found === null || found === "") return null;
  const severity = typeof found === "string" ? Number(found) : found;
  const isNumber = typeof severity === "number" && Number.isSafeInteger(severity);
  if (!isNumber || !SEVERITIES.includes(severity)) {
    const detail = `found ${shorten(found)}, expected 20, 30 or 40`;
    findings.warning("W_SEVERITY", `${place}/severity: ${detail}`);
  }
  return isNumber ? severity : null;
}

function textOf(json: Json | undefined): string {
  return typeof json === "string" || typeof json === "number" ? String(json) : "";
}
