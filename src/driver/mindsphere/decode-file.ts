import type { DeviceAddress, Timestamp } from "../../domain/brand.ts";
import type { Findings } from "../../domain/findings.ts";
import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { parseIsoTime } from "../../lib/iso-time.ts";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { shorten } from "../value.ts";

/** `mc_v3/f`: `{ file: { name, creationDate, content } }`, the content in base64. */
export function decodeFile(
  device: DeviceAddress,
  body: JsonObject,
  findings: Findings,
): Outcome<void, Problem> {
  const { file } = body;
  if (!isJsonObject(file)) return malformed("E_FILE /file: expected an object");
  const { name, content, creationDate } = file;
  if (typeof name !== "string" || name.trim() === "") {
    return malformed(`E_NAME /file/name: found ${shorten(name)}, expected a name`);
  }
  if (name.length > LIMIT.fileNameChars) {
    return malformed(`E_NAME /file/name: more than ${LIMIT.fileNameChars} characters`);
  }
  if (typeof content !== "string") {
    return malformed(`E_CONTENT /file/content: found ${shorten(content)}, expected base64`);
  }
  const createdAt = timeOf(creationDate, findings);
  findings.finding({
    kind: "file",
    device,
    file: { name: name.trim(), createdAt, content: readBase64(content, findings) },
  });
  return success(undefined);
}

/** A file is worth more than the time on it. */
function timeOf(found: Json | undefined, findings: Findings): Timestamp | null {
  if (found === undefined || found === null) return null;
  const at = typeof found === "string" ? parseIsoTime(found) : undefined;
  if (at === undefined) {
    findings.warning("W_CREATION_DATE", `/file/creationDate: found ${shorten(found)}, not a time`);
  }
  return (at ?? null) as Timestamp | null;
}

/**
 * Siemens' own example cuts the last two characters off, padding or not: what is left is kept, and
 * a piece of less than one byte is not.
 */
function readBase64(found: string, findings: Findings): string {
  const digits = found.replace(/\s+/g, "").replace(/=+$/, "");
  const known = digits.replaceAll("-", "+").replaceAll("_", "/");
  const read = Buffer.from(known, "base64").toString("base64");
  if (read.replace(/=+$/, "").length !== digits.length || /[^\w+/-]/.test(digits)) {
    const detail = `/file/content: ${digits.length} characters that are not whole base64`;
    findings.warning("W_BASE64", detail);
  } else if (read.length !== found.replace(/\s+/g, "").length) {
    findings.warning("W_BASE64_PADDING", "/file/content: the padding is missing");
  }
  return read;
}

function malformed(detail: string): Outcome<never, Problem> {
  return failure(problem("payload_malformed", detail));
}
