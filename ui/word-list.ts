import type { Value } from "../src/domain/reading.ts";

/** Gives each text a number, so that all that a chart draws is columns of numbers. */
export class WordList {
  #words: string[] = [];
  #numbers = new Map<string, number>();

  /** A number is itself, true is 1; null where there is nothing to draw. */
  numberOf(value: Value | null): number | null {
    if (typeof value === "string") return this.#numberOfText(value);
    if (typeof value === "boolean") return value ? 1 : 0;
    // A chart has no more than a double's digits of a long integer.
    const number = value === null ? Number.NaN : Number(value);
    return Number.isFinite(number) ? number : null;
  }

  wordOf(number: number): string | undefined {
    return this.#words[number];
  }

  #numberOfText(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#words.length);
    return this.#words.push(text) - 1;
  }
}
