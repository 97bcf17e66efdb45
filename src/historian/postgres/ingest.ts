import pg from "pg";
import type { Samples } from "../../domain/samples.ts";
import type { Joined, NumberedDeletion, Place } from "../drained.ts";
import { spoilDays } from "./beside.ts";
import type { Span } from "./daily.ts";
import type { Database, Session, Step } from "./database.ts";
import type { Days } from "./days.ts";
import { HALVED_MIN, type Half, Halves } from "./halves.ts";
import { Lowering } from "./lowering.ts";
import { COLUMNS, encodeRows } from "./rows.ts";
import { split, type Watermarks } from "./split.ts";
import { microsOf, timeOf, within } from "./time.ts";

/*
 * From batches into tables: what is fresh by COPY, what is late by way of a temporary table.
 */

type Stored = {
  readonly tooOld: number;
  /** Whether there are days to be made now. */
  readonly hasDaysOver: boolean;
};

/**
 * Brings samples in, a transaction a batch. What is newer than the watermark of its series can meet
 * nothing and is copied straight into the table, in the order of its key; the rest, seldom much,
 * goes through a temporary table and replaces what it meets: the later arrival wins.
 *
 * The next batch is prepared while the database works on the one before. So the watermarks run
 * ahead of it: when a batch fails, those behind it must fail too, and this ends.
 */
export class Ingest {
  readonly #database: Database;
  readonly #days: Days;
  readonly #halves = new Halves();
  readonly #newest: Watermarks = new Map();
  readonly #gone = new Map<number, number>();
  /** What rows were written into, for the next ones. */
  readonly #rooms: ArrayBuffer[] = [];
  readonly #lowering = new Lowering(this.#newest);

  constructor(database: Database, days: Days) {
    this.#database = database;
    this.#days = days;
  }

  async load(session: Session): Promise<void> {
    for (const [series, micros] of await readTimes(session, "newest")) {
      this.#newest.set(series, micros);
    }
    await this.loadGone(session);
  }

  /** Learns again what was let go, before anything else comes in. */
  async loadGone(session: Session): Promise<void> {
    for (const [series, micros] of await readTimes(session, "gone")) this.#gone.set(series, micros);
  }

  /** `work` deletes samples of a series, before anything else comes in. */
  deletion(series: number, work: (session: Session) => Promise<void>): Promise<void> {
    return this.#lowering.to(series, () =>
      this.#database.write(async (session) => {
        await work(session);
        const [[, left] = []] = await readTimes(session, "newest", `WHERE series = ${series}`);
        return left;
      }),
    );
  }

  isTooOld(series: number, at: number): boolean {
    const end = this.#gone.get(series);
    return end !== undefined && microsOf(at) <= end;
  }

  /** Settles when they are safe, in the order of the calls. */
  async append(samples: Samples, place?: Place): Promise<Stored> {
    const marks = { newest: this.#newest, gone: this.#gone };
    const { late, touched, tooOld, ...all } = split(samples, marks);
    for (const rows of [all.fresh, late]) this.#lowering.note(samples, rows);
    const least = this.#canHalve() ? HALVED_MIN : Number.POSITIVE_INFINITY;
    const counts = { late: late.length, least };
    const { own, beside, isAsBefore } = this.#halves.share(all, samples.series, counts);
    const daysMade = this.#days.makeFor(samples);
    const encoded = (rows: Uint32Array) => encodeRows(samples, rows, this.#rooms.pop());
    const [ownRows, otherRows] = [encoded(own.fresh), encoded(beside.fresh)];
    const lateRows = encoded(late);
    const stored = this.#database.writeAll(
      [
        ...bring(own, ownRows),
        ...(late.length > 0
          ? replace(lateRows, spanOf(samples, late), this.#lowering.isUnderWay)
          : []),
        ...(touched.length > 0 ? spoilDays(touched) : []),
        count("meta", own.fresh.length),
        ...(place ? [note(place)] : []),
      ],
      { steps: bringBeside(beside, otherRows), isAhead: isAsBefore && beside.over.length === 0 },
    );
    await Promise.all([daysMade, stored]);
    this.#rooms.push(lateRows.buffer, otherRows.buffer, ownRows.buffer);
    return { tooOld, hasDaysOver: all.over.length + touched.length > 0 };
  }

  /**
   * Two transactions must never wait for each other: not for a watermark that late rows raise too,
   * as during a deletion, and not for a day that one of them makes. What is beside goes ahead only
   * with series that were beside before, and not with what ends a day: late samples of that day may
   * be on their way with the batch before, and it must not be made without them.
   */
  #canHalve(): boolean {
    return this.#days.areMadeBefore && !this.#lowering.isUnderWay;
  }
}

/** Of each series, in microseconds. */
async function readTimes(session: Session, table: "newest" | "gone", which = "") {
  const micros = "extract(epoch FROM at - '2000-01-01Z'::timestamptz) * 1000000";
  const rows = await session.rows(`SELECT series, ${micros} FROM fieldline.${table} ${which}`);
  // PostgreSQL 13 says seconds as a double, which is off by a part of a microsecond.
  return rows.map(([series, at]) => [Number(series), Math.round(Number(at))] as const);
}

const SAMPLE = `fieldline.sample(${COLUMNS})`;

function bring({ fresh, raised, over }: Half, bytes: Uint8Array): readonly Step[] {
  return [
    ...(fresh.length > 0 ? [{ table: SAMPLE, bytes }] : []),
    ...(raised.size > 0 ? [raise(raised)] : []),
    ...(over.length > 0 ? spoilDays(over) : []),
  ];
}

/** It counts for itself: it may be safe where the rest is not. */
function bringBeside(half: Half, bytes: Uint8Array): readonly Step[] {
  const { length } = half.fresh;
  return length > 0 ? [...bring(half, bytes), count("beside", length)] : [];
}

function count(table: "meta" | "beside", more: number | string): string {
  return `UPDATE fieldline.${table} SET samples = samples + ${more}`;
}

const KEY = ["series", "at"];
const VALUE = COLUMNS.split(", ").filter((name) => !KEY.includes(name));
const REPLACED = VALUE.map((name) => `${name} = excluded.${name}`).join(", ");
const row = (of: string) => `ROW(${VALUE.map((name) => `${of}.${name}`)})::record`;

/** What is there already, bit by bit, stays as it is. */
function replace(bytes: Uint8Array, span: Span, mayBeAbove: boolean): readonly Step[] {
  return [
    "CREATE TEMPORARY TABLE IF NOT EXISTS late (LIKE fieldline.sample) ON COMMIT DELETE ROWS",
    { table: `late(${COLUMNS})`, bytes },
    count("meta", newOfLate(span)),
    `INSERT INTO fieldline.sample AS known(${COLUMNS})
       SELECT ${COLUMNS} FROM late ORDER BY series, at
     ON CONFLICT (series, at) DO UPDATE SET ${REPLACED}
       WHERE ${row("known")} *<> ${row("excluded")}`,
    ...(mayBeAbove ? [RAISE_TO_LATE] : []),
  ];
}

/** How many of them are not there: each is looked up, in the days that they lie in. */
function newOfLate({ from, to }: Span): string {
  return `(SELECT count(*) FROM late LEFT JOIN LATERAL (
      SELECT true AS is_there FROM fieldline.sample
      WHERE sample.series = late.series AND sample.at = late.at
        AND ${within("sample.at", from, to + 1)} OFFSET 0) AS known ON true
    WHERE is_there IS NULL)`;
}

function spanOf({ at }: Samples, rows: Uint32Array): Span {
  const span = { from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY };
  for (const row of rows) {
    const one = at[row] ?? 0;
    span.from = Math.min(span.from, one);
    span.to = Math.max(span.to, one);
  }
  return span;
}

/** Of series of which what was newest was deleted. */
const RAISE_TO_LATE = `
  INSERT INTO fieldline.newest AS known
    SELECT late.series, max(late.at) FROM late LEFT JOIN fieldline.newest USING (series)
    WHERE newest.at IS NULL OR newest.at < late.at GROUP BY late.series
  ON CONFLICT (series) DO UPDATE SET at = excluded.at WHERE known.at < excluded.at`;

function raise(raised: Watermarks): string {
  return `INSERT INTO fieldline.newest AS known
      SELECT series, ${timeOf("micros")}
      FROM unnest('{${[...raised.keys()]}}'::int[], '{${[...raised.values()]}}'::bigint[])
        AS raised(series, micros)
    ON CONFLICT (series) DO UPDATE SET at = excluded.at WHERE known.at < excluded.at`;
}

/** From now on this log is drained into the database; how far it has come, null where it is new. */
export async function join(session: Session, source: string): Promise<Joined> {
  const [[database, writer, newestAt, system, timeline] = []] = await session.rows(
    `SELECT id, writer, (SELECT extract(epoch FROM max(at)) * 1000 FROM fieldline.newest),
       (SELECT system_identifier::text FROM pg_control_system()),
       ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int
     FROM fieldline.meta`,
  );
  const [[sequence = null, deletions = 0] = []] = await session.rows(
    "SELECT sequence, deletions FROM fieldline.source WHERE name = $1",
    [source],
  );
  await session.run("UPDATE fieldline.meta SET writer = $1", [source]);
  return {
    database: String(database),
    sequence: sequence === null ? null : Number(sequence),
    deletions: Number(deletions),
    isOnly: writer === source,
    newestAt: newestAt === null ? null : Number(newestAt),
    branch: { system: String(system), timeline: Number(timeline) },
  };
}

function note({ source, sequence }: Place): string {
  return `INSERT INTO fieldline.source(name, sequence)
    VALUES (${pg.escapeLiteral(source)}, ${sequence})
    ON CONFLICT (name) DO UPDATE SET sequence = excluded.sequence`;
}

export async function noteDeletion(session: Session, deletion: NumberedDeletion): Promise<void> {
  const { source, number } = deletion;
  const noted = "UPDATE fieldline.source SET deletions = $2 WHERE name = $1";
  await session.run(noted, [source, number]);
}
