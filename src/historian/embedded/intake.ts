import { nextTick } from "node:process";
import type { Samples } from "../../domain/samples.ts";
import type { Appended } from "../historian.ts";
import { columnsFor, copyInto, joined, Spares } from "./batch.ts";

/** Brings rows of several calls, each up to its end; tells how many of each were too old. */
type Bring = (samples: Samples, ends: readonly number[]) => Promise<readonly number[]>;

/** More of them go in two messages: the other thread begins while the rest is got ready. */
const ROWS_MAX = 4_096;

/**
 * What is appended in one turn of the loop crosses to the thread as one message, for a message
 * costs more than its rows: to make it, to wake whoever waits for it, and to answer.
 */
export class Intake {
  readonly #bring: Bring;
  readonly #spares = new Spares();
  /** Rows of calls that were not sent on yet, and where each of the calls ends. */
  readonly #columns = columnsFor(ROWS_MAX);
  #texts: string[] = [];
  #ends: number[] = [];
  #brought: Promise<readonly number[]> | undefined;
  #settle: (brought: Promise<readonly number[]>) => void = () => {};

  constructor(bring: Bring) {
    this.#bring = bring;
  }

  /** The columns are read at once. */
  async add(samples: Samples): Promise<Appended> {
    if (this.#count + samples.count > ROWS_MAX) this.send();
    if (samples.count > ROWS_MAX) {
      const [tooOld = 0] = await this.#bring(joined([samples], this.#spares), [samples.count]);
      return { tooOld };
    }
    const call = this.#ends.length;
    const brought = this.#begun();
    copyInto(this.#columns, this.#count, samples, this.#texts);
    this.#ends.push(this.#count + samples.count);
    return { tooOld: (await brought)[call] ?? 0 };
  }

  /** Before anything else is asked, for that comes after what was appended. */
  send(): void {
    if (this.#ends.length === 0) return;
    const staged = { ...this.#columns, count: this.#count, texts: this.#texts };
    const ends = this.#ends;
    this.#texts = [];
    this.#ends = [];
    this.#brought = undefined;
    this.#settle(this.#bring(joined([staged], this.#spares), ends));
  }

  /** Memory in which samples went over, to be used for the next. */
  takeBack(spent: readonly ArrayBuffer[]): void {
    for (const buffer of spent) this.#spares.put(buffer);
  }

  get #count(): number {
    return this.#ends.at(-1) ?? 0;
  }

  #begun(): Promise<readonly number[]> {
    this.#brought ??= new Promise((resolve) => {
      this.#settle = resolve;
      nextTick(() => this.send());
    });
    return this.#brought;
  }
}
