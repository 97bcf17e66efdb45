import type { IncomingHttpHeaders } from "node:http";
import type { KeptFile } from "../../domain/records.ts";
import { isVersion } from "./etag.ts";

export type Span = { readonly start: number; readonly end: number };

/**
 * The one range of bytes that is asked for, both ends in it (RFC 9110, section 14): undefined where
 * it is the whole file, for what is not understood counts as not said; "none" where the file has no
 * such bytes.
 */
export function spanOf(
  { range = "", "if-range": version }: IncomingHttpHeaders,
  { bytes, etag }: Pick<KeptFile, "bytes" | "etag">,
): Span | "none" | undefined {
  if (typeof version === "string" && !isVersion(version, etag)) return undefined;
  const [, first = "", last = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range.trim()) ?? [];
  const span = first === "" ? lastOf(bytes, last) : fromOn(bytes, first, last);
  return span && span.start > span.end ? "none" : span;
}

/** `-5`: the last five bytes. */
function lastOf(bytes: number, count: string): Span | undefined {
  if (count === "") return undefined;
  return { start: Math.max(0, bytes - Number(count)), end: bytes - 1 };
}

/** `5-`, `5-9` */
function fromOn(bytes: number, first: string, last: string): Span | undefined {
  const start = Number(first);
  if (last === "") return { start, end: bytes - 1 };
  return Number(last) < start ? undefined : { start, end: Math.min(Number(last), bytes - 1) };
}
