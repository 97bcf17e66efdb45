import type { AgentId } from "../domain/brand.ts";
import type { Reading } from "../domain/findings.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Value } from "../domain/reading.ts";
import type { AheadReading, AheadSheet } from "../domain/records.ts";
import type { Gauges } from "../lib/gauge.ts";
import { newId } from "../lib/id.ts";
import type { Store } from "../store/store.ts";

type Parts = {
  readonly store: Pick<Store, "aheadSheets" | "together">;
  readonly now: () => number;
  readonly gauges: Gauges;
};

/** A reading, by the driver and the agent that brought it. */
type SaidReading = {
  readonly driver: string;
  readonly agent: AgentId;
  readonly what: Reading;
};

/** How many values are kept, and of which times: null where there are none. */
export type AheadTold = {
  readonly values: number;
  readonly from: number | null;
  readonly to: number | null;
};

type Summary = Omit<AheadSheet, "readings">;
type OpenSheet = { -readonly [K in keyof Summary]: Summary[K] } & {
  readonly readings: AheadReading[];
};

/** A sheet is written as a whole each time that something is put on it. */
const SHEET_BYTES = 16 * 1024;
/** What a reading takes besides its texts, about. */
const READING_BYTES = 64;

/**
 * Values that were not stored because their time lay too far ahead of our clock. Where it is ours
 * that was wrong, they can be taken in when it is right. On sheets of many; the oldest sheets go
 * where there are more than LIMIT.aheadBytes.
 */
export class AheadValues {
  readonly #parts: Parts;
  /** All that are kept, oldest first, without their readings. */
  readonly #sheets = new Map<string, Summary>();
  /** Those that no `flush` has written, and the one that is written on. */
  readonly #changed = new Set<OpenSheet>();
  #open: OpenSheet | undefined;

  static async load(parts: Parts): Promise<AheadValues> {
    const ahead = new AheadValues(parts);
    const columns = ["id", "values", "bytes", "firstAt", "lastAt"] as const;
    for (const sheet of await parts.store.aheadSheets.pick(columns)) {
      ahead.#sheets.set(sheet.id, sheet);
    }
    return ahead;
  }

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  get told(): AheadTold {
    let [values, from, to] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const sheet of this.#sheets.values()) {
      values += sheet.values;
      from = Math.min(from, sheet.firstAt);
      to = Math.max(to, sheet.lastAt);
    }
    return values === 0 ? { values, from: null, to: null } : { values, from, to };
  }

  /** Remembered at once, durable with the next `flush`. */
  add({ driver, agent, what }: SaidReading): void {
    const { device, channel, at, value, quality, word } = what;
    const open = this.#open;
    const sheet = open && open.bytes < SHEET_BYTES ? open : emptySheet(newId(this.#parts.now()));
    put(sheet, [driver, agent, device, channel, at, writtenOf(value), quality, word]);
    this.#open = sheet;
    this.#changed.add(sheet);
    this.#sheets.set(sheet.id, summaryOf(sheet));
  }

  async flush(): Promise<void> {
    if (this.#changed.size === 0) return;
    const surplus = this.#dropOldest();
    const sheets = [...this.#changed];
    this.#changed.clear();
    const { store } = this.#parts;
    await store.together(async () => {
      await store.aheadSheets.put(...sheets);
      for (const id of surplus) await store.aheadSheets.remove({ id });
    });
  }

  /** Those with a value that is not later than this, oldest first, each as it is on the disk. */
  async *sheetsUntil(latest: number): AsyncGenerator<AheadSheet> {
    this.#open = undefined; // What comes meanwhile is put on another one.
    const due = [...this.#sheets.values()].filter(({ firstAt }) => firstAt <= latest);
    for (const { id } of due) {
      const sheet = await this.#parts.store.aheadSheets.get(id);
      if (sheet) yield sheet;
    }
  }

  /** Of the sheet only these are left. */
  async leave(id: string, readings: readonly AheadReading[]): Promise<void> {
    const { aheadSheets } = this.#parts.store;
    const rest = emptySheet(id);
    for (const reading of readings) put(rest, reading);
    if (rest.values > 0) await aheadSheets.put(rest);
    else await aheadSheets.remove({ id });
    if (rest.values > 0) this.#sheets.set(id, summaryOf(rest));
    else this.#sheets.delete(id);
  }

  async clear(): Promise<void> {
    this.#sheets.clear();
    this.#changed.clear();
    this.#open = undefined;
    await this.#parts.store.aheadSheets.remove({});
  }

  #dropOldest(): string[] {
    const dropped: string[] = [];
    let bytes = [...this.#sheets.values()].reduce((sum, sheet) => sum + sheet.bytes, 0);
    for (const sheet of this.#sheets.values()) {
      if (bytes <= LIMIT.aheadBytes || sheet.id === this.#open?.id) break;
      bytes -= sheet.bytes;
      this.#sheets.delete(sheet.id);
      dropped.push(sheet.id);
      this.#parts.gauges.add('values_dropped_total{reason="ahead_limit"}', sheet.values);
    }
    return dropped;
  }
}

/** A reading as it was said, but that it is told afterwards now: it is nothing that is so now. */
export function readingOf(kept: AheadReading): SaidReading {
  const [driver, agent, device, channel, at, value, quality, word] = kept;
  const when = { at, isArrival: false, isPast: true, isLate: false };
  return {
    driver,
    agent,
    what: { device, channel, ...when, value: valueFrom(value), quality, word },
  };
}

function emptySheet(id: string): OpenSheet {
  const times = { firstAt: Number.POSITIVE_INFINITY, lastAt: Number.NEGATIVE_INFINITY };
  return { id, values: 0, bytes: 0, ...times, readings: [] };
}

/** Without its readings: there are thousands of sheets. */
function summaryOf({ id, values, bytes, firstAt, lastAt }: OpenSheet): Summary {
  return { id, values, bytes, firstAt, lastAt };
}

function put(sheet: OpenSheet, reading: AheadReading): void {
  const [, , device, channel, at, value] = reading;
  sheet.readings.push(reading);
  sheet.values += 1;
  const texts = device.length + channel.length + (typeof value === "string" ? value.length : 0);
  sheet.bytes += READING_BYTES + texts;
  sheet.firstAt = Math.min(sheet.firstAt, at);
  sheet.lastAt = Math.max(sheet.lastAt, at);
}

/** JSON has no integers beyond 2^53, no -0, and nothing that is not finite. */
function writtenOf(value: Value | null): AheadReading[5] {
  if (typeof value === "bigint") return { integer: String(value) };
  if (typeof value !== "number") return value;
  if (Object.is(value, -0)) return { number: "-0" };
  return Number.isFinite(value) ? value : { number: String(value) };
}

function valueFrom(written: AheadReading[5]): Value | null {
  if (written === null || typeof written !== "object") return written;
  return "integer" in written ? BigInt(written.integer) : Number(written.number);
}
