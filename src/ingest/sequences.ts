import type { DeviceAddress } from "../domain/brand.ts";
import type { Finding } from "../domain/findings.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Driver } from "../driver/driver.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";

type Of<Kind extends Finding["kind"]> = Extract<Finding, { kind: Kind }>;
type Row = { number: number; session: number | null };

/** After this number comes 0 again. */
const NUMBER_MAX = 255;

/**
 * The rows of numbers of those who count their messages. Nothing is known after a restart: the
 * first number is then taken as it is.
 */
export class Sequences {
  readonly #rows = new Map<string, Row>();

  /** Fails where numbers are missing; the row goes on from what came. */
  follow(driver: Driver, finding: Of<"sequence">): Outcome<void, Problem> {
    const key = keyOf(driver, finding.device);
    const row = this.#rows.get(key);
    const { number, starts, session } = finding;
    if (!row || starts) {
      this.#rows.set(key, { number, session });
      return success(undefined);
    }
    const expected = row.number === NUMBER_MAX ? 0 : row.number + 1;
    row.number = number;
    if (number === expected) return success(undefined);
    const detail = `${finding.device}: expected ${expected}, found ${number}; its values are kept`;
    return failure(problem("sequence_broken", detail));
  }

  /** Whether this end is of the session that goes on, and not of one before. */
  isOfNow(driver: Driver, { device, session }: Of<"gone">): boolean {
    const known = this.#rows.get(keyOf(driver, device))?.session ?? null;
    return known === null || session === null || known === session;
  }
}

function keyOf({ id }: Driver, device: DeviceAddress): string {
  return `${id} ${device}`;
}
