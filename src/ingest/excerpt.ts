import { LIMIT } from "../domain/limit.ts";

/** The beginning of a payload, for people: text where the bytes are UTF-8, else hex. */
export function excerptOf(payload: Uint8Array): string {
  const bytes = Buffer.from(payload.subarray(0, LIMIT.rejectedPayloadBytes));
  const text = bytes.toString("utf8");
  return text.includes("\uFFFD") ? `0x${bytes.toString("hex")}` : text;
}
