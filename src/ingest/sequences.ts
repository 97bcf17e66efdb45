import type { DeviceAddress } from "../domain/brand.ts";
import type { Finding } from "../domain/findings.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Driver } from "../driver/driver.ts";
import type { JsonObject } from "../lib/json.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";

type Of<Kind extends Finding["kind"]> = Extract<Finding, { kind: Kind }>;
type Row = {
  number: number;
  readonly session: number | null;
  /** Numbers that were passed over and may still come. */
  readonly missing: Set<number>;
  /** How far the sender's clock was ahead of ours with its last message. */
  aheadMs: number;
};

/** After this number comes 0 again. */
const NUMBERS = 256;

/**
 * The rows of numbers of those who count their messages. Nothing is known after a restart, nor once
 * a row has ended: who goes on without a beginning is to begin again.
 */
export class Sequences {
  readonly #rows = new Map<string, Row>();

  /**
   * Fails where numbers are missing; the row goes on from what came. Tells of a row whose beginning
   * nobody heard (`isUnheard`), and of one that begins while another session never ended. Which one
   * goes on where its beginning was not heard, nobody knows: it may be the one that begins again.
   */
  follow(driver: Driver, finding: Of<"sequence">, now: number): Outcome<JsonObject, Problem> {
    const key = keyOf(driver, finding.device);
    const row = this.#rows.get(key);
    const { number, starts, session, saidAt = now } = finding;
    if (!row || starts) {
      const aheadMs = saidAt - now;
      this.#rows.set(key, { number, session, missing: new Set(), aheadMs });
      const before = row?.session ?? null;
      const hasNoEnd = starts && before !== null && before !== session;
      return success({ ...(!starts && { isUnheard: true }), ...(hasNoEnd && { hasNoEnd }) });
    }
    row.aheadMs = saidAt - now;
    if (row.missing.delete(number)) return success({});
    const expected = (row.number + 1) % NUMBERS;
    for (let one = expected; one !== number; one = (one + 1) % NUMBERS) row.missing.add(one);
    row.number = number;
    if (number === expected) return success({});
    const detail = `${finding.device}: expected ${expected}, found ${number}; its values are kept`;
    return failure(problem("sequence_broken", detail));
  }

  /** Whether numbers of the row are missing still; asked once, they are given up. */
  giveUp(driver: Driver, { device }: Of<"sequence">): boolean {
    const missing = this.#rows.get(keyOf(driver, device))?.missing;
    const areMissing = missing !== undefined && missing.size > 0;
    missing?.clear();
    return areMissing;
  }

  /** Ends the row, unless this end is of a session before the one that goes on. */
  end(driver: Driver, { device, session }: Of<"gone">): Outcome<void, Problem> {
    const key = keyOf(driver, device);
    const known = this.#rows.get(key)?.session ?? null;
    if (known !== null && session !== null && known !== session) {
      const detail = `${device}: the end of session ${session}, while ${known} goes on`;
      return failure(problem("session_over", detail));
    }
    this.#rows.delete(key);
    return success(undefined);
  }

  /** By how much the clock of whoever counts for this device was ahead of ours; 0 if unknown. */
  aheadMs(driver: Driver, device: DeviceAddress): number {
    const above = device.slice(0, Math.max(0, device.lastIndexOf("/"))) as DeviceAddress;
    const row = this.#rows.get(keyOf(driver, device)) ?? this.#rows.get(keyOf(driver, above));
    return row?.aheadMs ?? 0;
  }
}

function keyOf({ id }: Driver, device: DeviceAddress): string {
  return `${id} ${device}`;
}
