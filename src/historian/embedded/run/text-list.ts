/** The texts of samples that go together, each once: most of them say the same few. */
export class TextList {
  readonly all: string[];
  /** What was added takes about so much memory. */
  bytes = 0;
  readonly #places = new Map<string, number>();

  /** Of another thread: it is read, and not added to. */
  constructor(all: string[] = []) {
    this.all = all;
  }

  /** Returns where each of a batch is now; undefined where all are where they were. */
  add(texts: readonly string[]): readonly number[] | undefined {
    const places = texts.map((text) => this.placeOf(text));
    return places.every((place, index) => place === index) ? undefined : places;
  }

  placeOf(text: string): number {
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    const place = this.all.push(text) - 1;
    this.#places.set(text, place);
    this.bytes += text.length * 2;
    return place;
  }
}
