/** The texts of samples that go together, each once: most of them say the same few. */
export class TextList {
  readonly all: string[] = [];
  readonly #places = new Map<string, number>();

  /** Returns where each of a batch is now; undefined where all are where they were. */
  add(texts: readonly string[]): readonly number[] | undefined {
    const places = texts.map((text) => this.#placeOf(text));
    return places.every((place, index) => place === index) ? undefined : places;
  }

  #placeOf(text: string): number {
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    const place = this.all.push(text) - 1;
    this.#places.set(text, place);
    return place;
  }
}
