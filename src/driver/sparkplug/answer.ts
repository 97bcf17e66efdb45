import type { Finding } from "../../domain/findings.ts";
import { LIMIT } from "../../domain/limit.ts";
import type { Message, ReceivedMessage } from "../../domain/message.ts";
import type { Problem } from "../../domain/problem.ts";
import type { JsonObject } from "../../lib/json.ts";
import type { Outcome } from "../../lib/outcome.ts";
import type { Stamp } from "../driver.ts";
import { rebirthOf } from "./encode.ts";
import { placeOf } from "./topics.ts";

/**
 * A number is missing, or nobody heard how its row began: what is not known may be lost, so the
 * node is asked to say all again.
 */
export function answer(
  finding: Finding,
  result: Outcome<JsonObject, Problem>,
  { at }: Stamp,
): readonly Message[] {
  if (finding.kind !== "sequence") return [];
  const isWhole = result.ok && result.value["isUnheard"] !== true;
  return isWhole ? [] : said(rebirthOf(finding.device, at));
}

/** An alias that no birth has named (specification 6.4.6). */
export function refuse(
  message: ReceivedMessage,
  problem: Problem,
  { at }: Stamp,
): readonly Message[] {
  const place = placeOf(message.topic);
  if (problem.code !== "channel_unknown" || !place) return [];
  return said(rebirthOf(place.edge, at));
}

function said(message: Message | undefined): readonly Message[] {
  return message ? [{ ...message, restMs: LIMIT.rebirthMs }] : [];
}
