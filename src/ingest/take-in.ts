import type { AgentId } from "../domain/brand.ts";
import type { Actor } from "../domain/event.ts";
import type { Reading } from "../domain/findings.ts";
import type { AheadReading } from "../domain/records.ts";
import { latestOf } from "../domain/time.ts";
import { type AheadValues, readingOf } from "./ahead-values.ts";
import type { IngestParts } from "./ingest.ts";
import type { Rejections } from "./reject.ts";
import type { Walk } from "./walk.ts";

export type TakenIn = {
  /** Handed on to be stored, by the rules of every other value. */
  readonly taken: number;
  /** Kept on: their time is still too far ahead. */
  readonly left: number;
};

type Kept = { readonly ahead: AheadValues; readonly rejections: Rejections };

/**
 * Takes in the values that were ahead of the clock and are not any more. They are forgotten when
 * they are safe, sheet by sheet: where that is broken off, the next time stores some once more.
 */
export async function takeInAhead(
  { record, now }: Pick<IngestParts, "record" | "now">,
  walk: Walk,
  { ahead, rejections }: Kept,
  by: Actor,
): Promise<TakenIn> {
  await record({ actor: by, kind: "rejected.taken-in", subject: "", detail: ahead.told });
  const latest = latestOf(now());
  let taken = 0;
  for await (const { id, readings } of ahead.sheetsUntil(latest)) {
    const due = readings.filter(([, , , , at]) => at <= latest);
    for (const one of byAgent(due)) await walk.backfill(one.driver, one.agent, one.readings);
    await ahead.leave(
      id,
      readings.filter(([, , , , at]) => at > latest),
    );
    taken += due.length;
  }
  const left = ahead.told.values;
  if (left === 0) await walk.between(() => rejections.forget("time_in_future"));
  return { taken, left };
}

type OfAgent = { readonly driver: string; readonly agent: AgentId; readonly readings: Reading[] };

function byAgent(kept: readonly AheadReading[]): Iterable<OfAgent> {
  const groups = new Map<string, OfAgent>();
  for (const { driver, agent, what } of kept.map(readingOf)) {
    const key = JSON.stringify([driver, agent]);
    const group = groups.get(key) ?? { driver, agent, readings: [] };
    group.readings.push(what);
    groups.set(key, group);
  }
  return groups.values();
}
