import { LIMIT } from "../domain/limit.ts";

/** The beginning of a payload, for people. */
export function excerptOf(payload: Uint8Array): string {
  return textOrHex(payload, LIMIT.rejectedPayloadBytes);
}

/** At most so many bytes of it: text where they are UTF-8, else hex. */
export function textOrHex(payload: Uint8Array, bytesMax: number): string {
  const bytes = payload.subarray(0, bytesMax);
  const isCut = bytes.length < payload.length;
  try {
    // A character that the cut divides is left out.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: isCut });
  } catch {
    return `0x${Buffer.from(bytes).toString("hex")}`;
  }
}
