import type { DeviceId } from "../domain/brand.ts";
import { Findings, type Reading, type Warning } from "../domain/findings.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Problem } from "../domain/problem.ts";
import type { Driver } from "../driver/driver.ts";
import { textOrHex } from "./excerpt.ts";
import type { Kept } from "./message-log.ts";
import { doubtOf } from "./soundness.ts";
import { knownTo, type State } from "./understand.ts";

/** A message that a device sent, and what its driver makes of it. */
export type HeardMessage = Pick<Kept, "number" | "topic" | "retain"> & {
  readonly at: number;
  /** Text, or `0x` and hex; the beginning where it is long. */
  readonly excerpt: string;
  /** Of the whole payload. */
  readonly bytes: number;
  /** The first of them. */
  readonly readings: readonly Reading[];
  /** All that the message holds. */
  readonly readingCount: number;
  /** What it told besides readings: `channels`, `model` and the like. */
  readonly told: readonly string[];
  readonly warnings: readonly Warning[];
  /** It would be refused now: layouts and births may have changed since. */
  readonly problem: Problem | null;
};

/** Newest first. A driver holds no state, so what it made of a message can be made again. */
export function readAgain(
  driver: Driver,
  state: State,
  { device, now }: { readonly device: DeviceId; readonly now: number },
): HeardMessage[] {
  const known = knownTo(driver, state);
  return state.messages.of(device, now).map((kept) => {
    const findings = new Findings();
    const outcome = driver.decode(kept, findings, known);
    const judged = findings.readings.map((reading) => judge(driver, state, reading));
    const { number, topic, retain, receivedAt, payload } = kept;
    return {
      number,
      topic,
      retain,
      at: receivedAt,
      excerpt: textOrHex(payload, LIMIT.loggedExcerptBytes),
      bytes: payload.length,
      readings: judged.slice(0, LIMIT.loggedReadings).map(({ reading }) => reading),
      readingCount: findings.count,
      told: findings.others.map(({ kind }) => kind),
      warnings: [...findings.warnings, ...judged.flatMap(({ doubt }) => doubt)],
      problem: outcome.ok ? null : outcome.problem,
    };
  });
}

type Judged = { readonly reading: Reading; readonly doubt: readonly Warning[] };

/** As it was stored: by what its device said of its sensors until then. */
function judge(driver: Driver, { bindings, soundness }: State, reading: Reading): Judged {
  const bound = bindings.find(driver.id, reading.device);
  const channel = bound?.channels.get(reading.channel);
  const isDoubted = bound && channel && soundness.isDoubted(bound, channel, reading.at);
  if (!isDoubted) return { reading, doubt: [] };
  return { reading: { ...reading, quality: "bad" }, doubt: [doubtOf(reading.channel)] };
}
