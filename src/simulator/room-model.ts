import { draws } from "../lib/chance.ts";
import {
  attendance,
  beginOfDay,
  dayOf,
  HOUR_MS,
  MINUTE_MS,
  type RoomUse,
  type Site,
} from "./calendar.ts";
import { drawn, Trace } from "./trace.ts";
import type { Climate } from "./weather.ts";

export type Room = {
  readonly use: RoomUse;
  /** People that it is made for. */
  readonly seats: number;
  readonly volumeM3: number;
  /** How often the air is changed in an hour. */
  readonly airChanges: number;
  /** Share of the daylight that reaches the sensor. */
  readonly windows: number;
};

export type RoomState = {
  /** °C. */
  readonly temperature: number;
  /** % relative humidity. */
  readonly humidity: number;
  /** Index; 100 is the room's own last day. */
  readonly voc: number;
  /** ppm. */
  readonly co2: number;
  /** lx. */
  readonly illuminance: number;
  /** dB. */
  readonly noise: number;
  readonly people: number;
};

const OUTSIDE_CO2 = 424;
/** What one person breathes out at a desk, m³ an hour. */
const CO2_PER_PERSON = 0.018;
/** Movement is decided anew for each stretch of this length. */
const MOVE_MS = 15_000;

const CO2 = 0;
const VOC = 1;
const WARMTH = 2;
const BREATH = 3;

/** The air, the light and the sound of a room that people come to and leave: a pure function. */
export class RoomModel {
  readonly #room: Room;
  readonly #climate: Climate;
  readonly #site: Site;
  readonly #seed: number;
  readonly #air: Trace;
  #day = Number.NaN;
  #people: Uint8Array = new Uint8Array(0);

  constructor(room: Room, climate: Climate, seed: number) {
    const { site } = climate;
    this.#climate = climate;
    this.#room = room;
    this.#site = site;
    this.#seed = seed;
    this.#air = new Trace({
      site,
      begin: [OUTSIDE_CO2, 100, 0, 0],
      settledAfterMs: 5 * HOUR_MS,
      days: 1,
      step: (state, t) => this.#breathe(state, t),
    });
  }

  at(t: number): RoomState {
    const people = this.peopleAt(t);
    const { outside, daylight, moisture } = this.#climate.at(t);
    const warmth = this.#air.at(t, WARMTH);
    return {
      temperature: 20.4 + 0.06 * (outside - 10) + warmth,
      humidity: moisture + 6 * this.#air.at(t, BREATH) - 1.6 * warmth,
      voc: this.#air.at(t, VOC),
      co2: this.#air.at(t, CO2),
      illuminance: 1_100 * daylight * this.#room.windows + (people > 0 ? this.#lamps() : 0),
      noise: this.#noise(t, people),
      people,
    };
  }

  peopleAt(t: number): number {
    const day = dayOf(t, this.#site);
    if (day !== this.#day) {
      this.#day = day;
      this.#people = attendance(this.#room.use, this.#room.seats, day, this.#seed);
    }
    return this.#people[Math.floor((t - beginOfDay(day, this.#site)) / MINUTE_MS)] ?? 0;
  }

  /** Whether somebody moves in the stretch around `t`: one person sits still at times. */
  isMoving(t: number): boolean {
    const people = this.peopleAt(t);
    const stretch = Math.floor(t / MOVE_MS);
    return people > 0 && draws(this.#seed, 110)(stretch, 0) > 0.2 ** people;
  }

  #breathe(state: Float64Array, t: number): void {
    const { volumeM3, airChanges, seats } = this.#room;
    const people = this.peopleAt(t - 1);
    const share = people / Math.max(seats, 1);
    const balance = OUTSIDE_CO2 + (people * CO2_PER_PERSON * 1e6) / (volumeM3 * airChanges);
    state[CO2] = drawn(state[CO2] ?? 0, balance, 60 / airChanges);
    state[VOC] = drawn(state[VOC] ?? 0, 92 + 70 * share + this.#cleaning(t), 22);
    const sun = this.#climate.at(t).daylight * this.#room.windows;
    const warm = (people > 0 ? 0.9 : 0) + 1.4 * share + 1.8 * sun;
    state[WARMTH] = drawn(state[WARMTH] ?? 0, warm, 55);
    state[BREATH] = drawn(state[BREATH] ?? 0, share, 40);
  }

  /** Somebody wipes the desks in the evening of most working days. */
  #cleaning(t: number): number {
    const day = dayOf(t, this.#site);
    const hour = (t - beginOfDay(day, this.#site)) / HOUR_MS + 4;
    const begin = 18.2 + 1.5 * draws(this.#seed, 111)(day, 0);
    const isCleaned = this.#room.use !== "technical" && draws(this.#seed, 111)(day, 1) < 0.7;
    return isCleaned && hour > begin && hour < begin + 0.4 ? 260 : 0;
  }

  #lamps(): number {
    return this.#room.use === "hall" ? 280 : 390;
  }

  /** Louder with each person, and never quite the same from one quarter minute to the next. */
  #noise(t: number, people: number): number {
    const chance = draws(this.#seed, 112)(Math.floor(t / MOVE_MS), 0);
    if (people === 0) return 31 + 3 * chance + (this.#room.use === "technical" ? 14 : 0);
    const machines = this.#room.use === "hall" ? 16 : 0;
    return 42 + 9 * Math.log10(1 + people) + machines + 9 * (chance - 0.4);
  }
}
