import { draws, noise } from "../lib/chance.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, type Site } from "./calendar.ts";
import { Trace } from "./trace.ts";

type Weather = {
  /** °C. */
  readonly outside: number;
  /** Share of the brightest possible daylight. */
  readonly daylight: number;
  /** % relative humidity that outside air has once it is as warm as a room. */
  readonly moisture: number;
};

const LATITUDE = (47.5 * Math.PI) / 180;
const YEAR_MS = 365.25 * DAY_MS;
/** The coldest day comes some three weeks after the shortest one. */
const WINTER_MS = 12 * DAY_MS;

/** The weather of a site, by the minute: all its rooms share it. */
export class Climate {
  readonly site: Site;
  readonly #trace: Trace;

  constructor(site: Site) {
    this.site = site;
    this.#trace = new Trace({
      site,
      begin: [0, 0, 0],
      settledAfterMs: MINUTE_MS,
      // A room that begins its day looks back into the evening before.
      days: 2,
      step: (state, t) => {
        const { outside, daylight, moisture } = weather(t, site);
        state.set([outside, daylight, moisture]);
      },
    });
  }

  at(t: number): Weather {
    return {
      outside: this.#trace.at(t, 0),
      daylight: this.#trace.at(t, 1),
      moisture: this.#trace.at(t, 2),
    };
  }
}

/** A temperate climate: seasons, days, and fronts that pass in a few days. */
function weather(t: number, site: Site): Weather {
  const front = noise(draws(site.seed, 101), t / (2.6 * DAY_MS), 0);
  const clouds = noise(draws(site.seed, 102), t / (0.4 * DAY_MS), 0);
  const season = -Math.cos((2 * Math.PI * (t - WINTER_MS)) / YEAR_MS);
  const sun = Math.max(0, sunHeight(t, site));
  const afternoon = -Math.cos((2 * Math.PI * (t + site.utcOffsetMs - 3 * HOUR_MS)) / DAY_MS);
  const outside = 9.5 + 9 * season + 8 * (front - 0.5) + (2 + 2 * (1 - clouds)) * afternoon;
  return {
    outside,
    daylight: sun * (0.25 + 0.75 * (1 - clouds)),
    moisture: Math.min(68, Math.max(22, 40 + 12 * season + 14 * (front - 0.5))),
  };
}

/** Sine of the sun's height over the horizon. */
function sunHeight(t: number, { utcOffsetMs }: Site): number {
  const tilt = ((-23.4 * Math.PI) / 180) * Math.cos((2 * Math.PI * (t + 10 * DAY_MS)) / YEAR_MS);
  const hour = (2 * Math.PI * (t + utcOffsetMs - 12 * HOUR_MS)) / DAY_MS;
  return Math.sin(LATITUDE) * Math.sin(tilt) + Math.cos(LATITUDE) * Math.cos(tilt) * Math.cos(hour);
}
