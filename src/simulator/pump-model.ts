import { draws, noise } from "../lib/chance.ts";
import { beginOfDay, dayOf, HOUR_MS, MINUTE_MS, type Site, weekdayOf } from "./calendar.ts";
import { drawn, Trace } from "./trace.ts";
import type { Climate } from "./weather.ts";

type PumpState = {
  readonly running: boolean;
  readonly state: "Stopped" | "Starting" | "Running" | "Stopping";
  /** Hz. */
  readonly speed: number;
  /** m³/h. */
  readonly flow: number;
  /** bar, behind the pump. */
  readonly pressure: number;
  /** °C, of the motor. */
  readonly temperature: number;
  /** mm/s. */
  readonly vibration: number;
  /** % open. */
  readonly valve: number;
};

const SPEED = 0;
const WARMTH = 1;
const VALVE = 2;
/** The pressure that stands on the skid when the pump rests. */
const STATIC_BAR = 1.1;

/** A pump skid with a variable-speed drive and a control valve: a pure function of time. */
export class PumpModel {
  readonly #climate: Climate;
  readonly #site: Site;
  readonly #seed: number;
  readonly #trace: Trace;

  constructor(climate: Climate, seed: number) {
    const { site } = climate;
    this.#climate = climate;
    this.#site = site;
    this.#seed = seed;
    this.#trace = new Trace({
      site,
      begin: [0, 0, 0],
      settledAfterMs: 3 * HOUR_MS,
      days: 1,
      step: (state, t) => this.#step(state, t),
    });
  }

  at(t: number): PumpState {
    const speed = this.#trace.at(t, SPEED);
    const valve = this.#trace.at(t, VALVE);
    const wanted = this.#wanted(t);
    const share = speed / 50;
    const ripple = draws(this.#seed, 140)(Math.floor(t / 1_000), 0) - 0.5;
    const flow = 62 * share * Math.sqrt(valve / 100) * (1 + 0.02 * ripple);
    return {
      running: speed > 1,
      state: wordOf(speed, wanted),
      speed,
      flow,
      pressure: STATIC_BAR + 5.2 * share * share * (1 - valve / 260) + 0.04 * ripple * share,
      temperature: 16 + 0.35 * this.#climate.at(t).outside + this.#trace.at(t, WARMTH),
      vibration: 0.12 + this.#shake(t, speed, share) * (1 + 0.25 * ripple),
      valve,
    };
  }

  #step(state: Float64Array, t: number): void {
    const wanted = this.#wanted(t - 1);
    const speed = state[SPEED] ?? 0;
    // The drive's ramp, in Hz a minute.
    state[SPEED] = speed + Math.min(24, Math.max(-30, wanted - speed));
    state[WARMTH] = drawn(state[WARMTH] ?? 0, 34 * ((state[SPEED] ?? 0) / 50) ** 2, 18);
    const demand = noise(draws(this.#seed, 141), t / (40 * MINUTE_MS), 0);
    state[VALVE] = drawn(state[VALVE] ?? 0, wanted > 0 ? 38 + 44 * demand : 0, 2);
  }

  /** Hz that the control asks for; 0 while it rests. */
  #wanted(t: number): number {
    if (!this.#isWanted(t)) return 0;
    return 32 + 15 * noise(draws(this.#seed, 142), t / (25 * MINUTE_MS), 0);
  }

  /** Working days ask for water nearly always, nights and Sundays now and then. */
  #isWanted(t: number): boolean {
    const day = dayOf(t, this.#site);
    const hour = (t - beginOfDay(day, this.#site)) / HOUR_MS + 4;
    const isDay = hour > 5.5 && hour < 22 && weekdayOf(day) !== 0;
    const stretch = Math.floor(hour * 2);
    const along = hour * 2 - stretch;
    const chance = draws(this.#seed, 143);
    const isAsked = chance(day, stretch) < (isDay ? 0.96 : 0.18);
    // Filters are washed back in the last minutes of some stretches.
    return isAsked && !(chance(day, stretch + 100) < 0.12 && along > 0.8);
  }

  /** Grows with speed, more so near a resonance, and a little with each week of wear. */
  #shake(t: number, speed: number, share: number): number {
    const wear = 0.5 * noise(draws(this.#seed, 144), t / (240 * HOUR_MS), 0);
    const resonance = 0.8 * Math.exp(-(((speed - 41.5) / 1.6) ** 2));
    return (1.5 + wear + resonance) * share * share;
  }
}

function wordOf(speed: number, wanted: number): PumpState["state"] {
  if (wanted === 0) return speed > 1 ? "Stopping" : "Stopped";
  return speed < 28 ? "Starting" : "Running";
}
