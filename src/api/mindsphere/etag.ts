import type { IncomingHttpHeaders } from "node:http";
import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { Answer } from "./route.ts";

/** A number that counts changes, or a text: which of the two, is the service's affair. */
export type Version = number | string;

/**
 * Whether a change may go on: it names the version that it knows, and that is the one there is.
 * RFC 9110, section 13.1.1; RFC 6585, section 3 for a change that names none.
 */
export function checkMatch(headers: IncomingHttpHeaders, version: Version): Outcome<void, Problem> {
  const known = headers["if-match"];
  if (known === undefined || known === "") {
    return failure(problem("version_needed", "If-Match: say which version you change"));
  }
  if (names(known, version)) return success(undefined);
  return failure(problem("version_changed", `it is version ${version} by now`));
}

/** Whether the caller has this version already: then 304 says all. */
export function hasVersion(headers: IncomingHttpHeaders, version: Version): boolean {
  const known = headers["if-none-match"];
  return known !== undefined && names(known, version);
}

/** Whether the caller wants to make something, and to replace nothing. */
export function wantsNew(headers: IncomingHttpHeaders): boolean {
  return headers["if-none-match"]?.trim() === "*";
}

/** What is there, with its version; or that it is what the caller has. */
export function versioned(
  headers: IncomingHttpHeaders,
  version: Version,
  body: unknown,
  status = 200,
): Answer {
  const own = { etag: `"${version}"` };
  if (status === 200 && hasVersion(headers, version)) return { status: 304, headers: own };
  return { status, body, headers: own };
}

/** Whether a header that may name several, or any by `*`, names this one. */
function names(header: string, version: Version): boolean {
  return header.split(",").some((one) => one.trim() === "*" || isVersion(one, version));
}

/** Clients write the version bare, in quotation marks or as a weak one. */
export function isVersion(text: string, version: Version): boolean {
  const bare = text.trim().replace(/^W\//, "").replace(/^"|"$/g, "");
  return bare === String(version);
}
