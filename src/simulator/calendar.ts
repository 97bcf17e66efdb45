import { draws } from "../lib/chance.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
/** A simulated day begins at four in the morning, when nobody is there. */
const DAY_BEGINS_MS = 4 * HOUR_MS;

/** Where and when the simulated house stands. */
export type Site = {
  /** What local clocks are ahead of UTC. */
  readonly utcOffsetMs: number;
  /** Another seed, another week. */
  readonly seed: number;
};

/** What people do in a room. */
export type RoomUse = "office" | "meeting" | "canteen" | "hall" | "reception" | "technical";

/** Somebody is in the room, in hours of the local day. */
type Stay = { readonly from: number; readonly to: number; readonly people: number };

/** Number of the local day that `t` belongs to; a day runs from four to four. */
export function dayOf(t: number, { utcOffsetMs }: Site): number {
  return Math.floor((t + utcOffsetMs - DAY_BEGINS_MS) / DAY_MS);
}

export function beginOfDay(day: number, { utcOffsetMs }: Site): number {
  return day * DAY_MS + DAY_BEGINS_MS - utcOffsetMs;
}

/** 0 is Sunday: the first day of the epoch was a Thursday. */
export function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** How many people are in the room in each minute of a day, from its begin on. */
export function attendance(use: RoomUse, seats: number, day: number, seed: number): Uint8Array {
  const chance: Chance = (index) => draws(seed, 100)(day, index);
  const stays = STAYS[use](weekdayOf(day), seats, chance);
  const minutes = new Uint8Array(DAY_MS / MINUTE_MS);
  const begin = DAY_BEGINS_MS / HOUR_MS;
  for (const { from, to, people } of stays) {
    const first = Math.max(0, Math.round((from - begin) * 60));
    const last = Math.min(minutes.length, Math.round((to - begin) * 60));
    for (let minute = first; minute < last; minute += 1) {
      minutes[minute] = (minutes[minute] ?? 0) + people;
    }
  }
  return minutes;
}

type Chance = (index: number) => number;
type Stays = (weekday: number, seats: number, chance: Chance) => Stay[];

const STAYS: Readonly<Record<RoomUse, Stays>> = {
  office: (weekday, seats, chance) =>
    each(seats, (seat) => {
      const at = (question: number) => chance(seat * 16 + question);
      return at(0) < shareAtWork(weekday, 0.82, 0.05) ? workday(at) : [];
    }),
  reception: (weekday, seats, chance) =>
    weekday === 0 || weekday === 6
      ? []
      : each(seats, (seat) => stay(7.4 + 0.2 * chance(seat), 17.6 + 0.4 * chance(seat + 8), 1)),
  meeting: (weekday, seats, chance) =>
    each(10, (slot) => {
      const isHeld = chance(slot * 4) < shareAtWork(weekday, 0.42, 0);
      const people = 2 + Math.floor(chance(slot * 4 + 1) * (seats - 1));
      const from = 8 + slot + 0.08 * chance(slot * 4 + 2);
      return isHeld ? stay(from, from + (chance(slot * 4 + 3) < 0.3 ? 0.45 : 0.85), people) : [];
    }),
  canteen: (weekday, seats, chance) =>
    each(seats, (seat) => {
      if (chance(seat * 4) > shareAtWork(weekday, 0.85, 0.3)) return [];
      const lunch = 11.5 + 1.1 * chance(seat * 4 + 1);
      const coffee = (seat % 2 === 0 ? 9.3 : 14.9) + 0.5 * chance(seat * 4 + 2);
      return [...stay(lunch, lunch + 0.55, 1), ...stay(coffee, coffee + 0.2, 1)];
    }),
  hall: (weekday, seats, chance) =>
    [6, 14].flatMap((begin, shift) => {
      const isWorked =
        chance(shift) < (shift === 0 ? shareAtWork(weekday, 1, 0.6) : shareAtWork(weekday, 1, 0));
      const crew = Math.max(1, Math.round(seats * (0.6 + 0.4 * chance(shift + 2))));
      const from = begin + 0.1 * chance(shift + 4);
      if (!isWorked) return [];
      return [...stay(from, begin + 3.5, crew), ...stay(begin + 4, begin + 7.9, crew)];
    }),
  technical: (weekday, _seats, chance) =>
    each(3, (visit) => {
      const from = 7 + 4 * visit + 3 * chance(visit * 2);
      const isMade = chance(visit * 2 + 1) < shareAtWork(weekday, 0.6, 0.2);
      return isMade ? stay(from, from + 0.25, 1) : [];
    }),
};

/** Share of the people who are there, by the kind of day; nobody on Sundays. */
function shareAtWork(weekday: number, weekdays: number, saturday: number): number {
  if (weekday === 0) return 0;
  return weekday === 6 ? saturday : weekdays;
}

/** Comes in the morning, goes to lunch, takes two breaks, leaves in the afternoon. */
function workday(chance: Chance): Stay[] {
  const lunch = 11.6 + 0.9 * chance(3);
  const first = 9.2 + chance(4);
  const second = 14.4 + chance(5);
  return [
    ...stay(7.2 + 1.8 * chance(1), first, 1),
    ...stay(first + 0.2, lunch, 1),
    ...stay(lunch + 0.5 + 0.4 * chance(6), second, 1),
    ...stay(second + 0.2, 15.8 + 2.4 * chance(2), 1),
  ];
}

function stay(from: number, to: number, people: number): Stay[] {
  return to > from ? [{ from, to, people }] : [];
}

function each(count: number, stays: (index: number) => Stay[]): Stay[] {
  return Array.from({ length: count }, (_, index) => stays(index)).flat();
}
