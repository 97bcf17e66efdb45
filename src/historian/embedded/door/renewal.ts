import { AssertionError } from "../../../lib/assert.ts";
import { backoff } from "../../../lib/backoff.ts";
import type { Log } from "../../../lib/log.ts";

/*
 * Opens the history anew after its disk has failed it, as often as it takes.
 */

/** A disk that was full for a moment is soon used again, one that is broken not asked for ever. */
const RETRY = { firstMs: 1_000, longestMs: 60_000 };

type RenewalParts = {
  readonly log: Log;
  readonly onTrouble?: (trouble: string | undefined) => void;
};

/** From when the disk failed until the history was opened anew, which is tried again and again. */
export class Renewal {
  /** Why it is not as it should be, in words. */
  trouble: string | undefined;
  readonly #renew: (isMalformed: boolean) => Promise<void>;
  readonly #parts: RenewalParts;
  #isMalformed = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;
  #tries = 0;

  constructor(renew: (isMalformed: boolean) => Promise<void>, parts: RenewalParts) {
    this.#renew = renew;
    this.#parts = parts;
  }

  /** `isMalformed`: what can be read is to be brought into a new database before. */
  begin(reason: string, isMalformed: boolean): void {
    if (this.trouble !== undefined) return;
    this.#isMalformed = isMalformed;
    const what = isMalformed
      ? `history.db is damaged (${reason}), and being mended`
      : `the disk failed the history (${reason})`;
    this.trouble = `${what}; its log keeps what comes`;
    this.#parts.onTrouble?.(this.trouble);
    this.#tryLater();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #tryLater(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#try(), backoff(RETRY, this.#tries, 1));
    this.#timer.unref();
    this.#tries += 1;
  }

  async #try(): Promise<void> {
    const { log, onTrouble } = this.#parts;
    try {
      await this.#renew(this.#isMalformed);
    } catch (reason) {
      if (reason instanceof AssertionError) throw reason;
      log.warn("the history cannot be opened anew yet", { reason: String(reason) });
      this.#tryLater();
      return;
    }
    log.info("over: the history was opened anew", { tries: this.#tries });
    this.trouble = undefined;
    this.#tries = 0;
    onTrouble?.(undefined);
  }
}
