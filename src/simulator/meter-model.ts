import { draws } from "../lib/chance.ts";
import { beginOfDay, DAY_MS, dayOf, HOUR_MS, MINUTE_MS, type Site, weekdayOf } from "./calendar.ts";

export type Load = {
  /** W, drawn day and night. */
  readonly base: number;
  /** W, drawn on top while people work. */
  readonly working: number;
  /** Hours of the local day between which the load is there. */
  readonly hours: readonly [from: number, to: number];
  readonly saturday: boolean;
  readonly powerFactor: number;
  /** When the meter was put in: its registers began at 0. */
  readonly installedAt: number;
};

type PhaseState = {
  /** Wh since the meter was put in; it only grows. */
  readonly activeEnergy: number;
  /** VAh. */
  readonly apparentEnergy: number;
  /** W. */
  readonly power: number;
  /** A. */
  readonly current: number;
  /** V. */
  readonly voltage: number;
};

const MINUTES = DAY_MS / MINUTE_MS;
/** Machines that come and go, as waves whose integral is known: period and share of the load. */
const SWINGS: readonly (readonly [periodMs: number, share: number])[] = [
  [97_000, 0.05],
  [7.3 * MINUTE_MS, 0.07],
  [23 * MINUTE_MS, 0.06],
];
/** How the load is spread over the phases. */
const PHASE_SHARES = [0.36, 0.31, 0.33];

/**
 * A three-phase load and the registers that count it. The energy is the exact integral of the
 * power, for any moment: the register goes on where it was after any pause of the simulation.
 */
export class MeterModel {
  readonly #load: Load;
  readonly #site: Site;
  readonly #seed: number;
  /** Per weekday: Wh from the begin of the day to the begin of each minute, at full strength. */
  readonly #weekdays: readonly Float64Array[];
  #known = { day: Number.NaN, energy: 0 };

  constructor(load: Load, site: Site, seed: number) {
    this.#load = load;
    this.#site = site;
    this.#seed = seed;
    this.#weekdays = [0, 1, 2, 3, 4, 5, 6].map((weekday) => cumulated(load, weekday));
  }

  at(t: number, phase: 0 | 1 | 2): PhaseState {
    const { powerFactor } = this.#load;
    const share = PHASE_SHARES[phase] ?? 0;
    const power = share * this.#power(t);
    const activeEnergy = share * this.#energy(t);
    const voltage = 231.5 + phase * 0.6 + 2.2 * Math.sin(t / (5.1 * HOUR_MS) + phase);
    return {
      activeEnergy,
      apparentEnergy: activeEnergy / powerFactor,
      power,
      current: power / powerFactor / voltage,
      voltage,
    };
  }

  #power(t: number): number {
    const day = dayOf(t, this.#site);
    const along = (t - beginOfDay(day, this.#site)) / MINUTE_MS;
    const minute = Math.min(Math.floor(along), MINUTES - 1);
    const curve = this.#curveOf(day);
    const perMinute = (curve[minute + 1] ?? 0) - (curve[minute] ?? 0);
    let swing = 0;
    for (const [periodMs, share] of SWINGS) swing += share * Math.cos((2 * Math.PI * t) / periodMs);
    return perMinute * 60 * this.#strength(day) + this.#load.base * swing;
  }

  /** Wh of all phases since the installation. */
  #energy(t: number): number {
    const day = dayOf(t, this.#site);
    const along = (t - beginOfDay(day, this.#site)) / MINUTE_MS;
    const minute = Math.min(Math.floor(along), MINUTES - 1);
    const curve = this.#curveOf(day);
    const before = curve[minute] ?? 0;
    const today = before + ((curve[minute + 1] ?? 0) - before) * (along - minute);
    return this.#energyBefore(day) + today * this.#strength(day) + this.#swung(t);
  }

  #energyBefore(day: number): number {
    if (this.#known.day !== day) {
      let energy = 0;
      for (let past = dayOf(this.#load.installedAt, this.#site); past < day; past += 1) {
        energy += (this.#curveOf(past)[MINUTES] ?? 0) * this.#strength(past);
      }
      this.#known = { day, energy };
    }
    return this.#known.energy;
  }

  #swung(t: number): number {
    let hours = 0;
    for (const [periodMs, share] of SWINGS) {
      const turn = periodMs / (2 * Math.PI);
      hours += (share * turn * Math.sin(t / turn)) / HOUR_MS;
    }
    return this.#load.base * hours;
  }

  /** No two days are quite alike. */
  #strength(day: number): number {
    return 0.85 + 0.3 * draws(this.#seed, 130)(day, 0);
  }

  #curveOf(day: number): Float64Array {
    return this.#weekdays[weekdayOf(day)] ?? new Float64Array(MINUTES + 1);
  }
}

function cumulated(load: Load, weekday: number): Float64Array {
  const energy = new Float64Array(MINUTES + 1);
  const isWorked = weekday !== 0 && (weekday !== 6 || load.saturday);
  for (let minute = 0; minute < MINUTES; minute += 1) {
    const hour = minute / 60 + 4;
    const power = load.base + (isWorked ? load.working * shape(hour, load.hours) : 0);
    energy[minute + 1] = (energy[minute] ?? 0) + power / 60;
  }
  return energy;
}

/** Rises within an hour, dips at noon, falls within an hour and a half. */
function shape(hour: number, [from, to]: readonly [number, number]): number {
  const rise = eased(hour - from);
  const fall = eased((to - hour) / 1.5);
  const noon = 1 - 0.25 * Math.exp(-(((hour - 12.3) / 0.4) ** 2));
  return Math.min(rise, fall) * noon;
}

function eased(x: number): number {
  const along = Math.min(1, Math.max(0, x));
  return along * along * (3 - 2 * along);
}
