import { type LedShow, showInto } from "./led-show.ts";

/**
 * So many pictures of a ring are worked out at once, of some rings at each beat. What a mode needs
 * is at hand after the first of them; one by one, the pictures of all rings take twice as long, for
 * a processor that sleeps between two beats has forgotten it.
 */
const PICTURES = 8;

/** Where in its show a ring is at a beat, in milliseconds. */
type TimeOfBeat = (beat: number) => number;

/** The next pictures of a show. */
export class LedAhead {
  readonly #show: LedShow;
  readonly #timeOf: TimeOfBeat;
  /** Others work theirs out at other beats. */
  readonly #turn: number;
  readonly #pictures: readonly Int32Array[];
  #from = 0;
  #until = 0;

  constructor(show: LedShow, timeOf: TimeOfBeat, turn: number) {
    const { ledCount } = show;
    const colours = new Int32Array(PICTURES * ledCount);
    this.#show = show;
    this.#timeOf = timeOf;
    this.#turn = turn;
    this.#pictures = Array.from({ length: PICTURES }, (_, index) => {
      return colours.subarray(index * ledCount, (index + 1) * ledCount);
    });
  }

  /** A colour for each LED, until the next question. */
  at(beat: number): Int32Array | undefined {
    if (beat < this.#from || beat >= this.#until) this.#workOut(beat);
    return this.#pictures[beat - this.#from];
  }

  #workOut(from: number): void {
    this.#from = from;
    this.#until = from + PICTURES - ((from + this.#turn) % PICTURES);
    for (let beat = from; beat < this.#until; beat += 1) {
      const picture = this.#pictures[beat - from];
      if (picture) showInto(picture, this.#show, this.#timeOf(beat));
    }
  }
}
