import type { Samples } from "../../domain/samples.ts";
import { spoilDays } from "./beside.ts";
import type { Database, Session } from "./database.ts";
import type { Days } from "./days.ts";
import { COLUMNS, encodeRows } from "./rows.ts";
import { split, type Watermarks } from "./split.ts";
import { microsOf } from "./time.ts";

/** How far a log has come that is drained into the database. */
export type Place = { readonly source: string; readonly sequence: number };

export type Joined = {
  /** Which database this is. */
  readonly database: string;
  readonly sequence: number | null;
  /** Whether no other log was drained into it since. */
  readonly isOnly: boolean;
  readonly newestAt: number | null;
  readonly branch: Branch;
};

/** Each time a standby becomes the primary its timeline goes up: the old one's is over then. */
export type Branch = {
  /** Who made the cluster; a copy by `pg_basebackup` has the same. */
  readonly system: string;
  readonly timeline: number;
};

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
  readonly #newest: Watermarks = new Map();
  readonly #gone = new Map<number, number>();
  /** Since a deletion the watermarks here may be above what the database has. */
  #mayBeAbove = false;

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

  /** Samples will be deleted, before anything else comes in. */
  expectDeletion(): void {
    this.#mayBeAbove = true;
  }

  isTooOld(series: number, at: number): boolean {
    const end = this.#gone.get(series);
    return end !== undefined && microsOf(at) <= end;
  }

  /** Settles when they are safe, in the order of the calls. */
  async append(samples: Samples, place?: Place): Promise<Stored> {
    const marks = { newest: this.#newest, gone: this.#gone };
    const { fresh, late, raised, over, tooOld } = split(samples, marks);
    const freshBytes = encodeRows(samples, fresh);
    const lateBytes = encodeRows(samples, late);
    const daysMade = this.#days.makeFor(samples);
    const mayBeAbove = this.#mayBeAbove;
    const stored = this.#database.write(async (session) => {
      if (fresh.length > 0) await session.copyIn(`fieldline.sample(${COLUMNS})`, freshBytes);
      if (late.length > 0) await replace(session, lateBytes, mayBeAbove);
      if (raised.size > 0) await raise(session, raised);
      if (over.length > 0) await spoilDays(session, over);
      await session.run("UPDATE fieldline.meta SET samples = samples + $1", [
        fresh.length + late.length,
      ]);
      if (place) await note(session, place);
    });
    await Promise.all([daysMade, stored]);
    return { tooOld, hasDaysOver: over.length > 0 };
  }
}

/** Of each series, in microseconds. */
async function readTimes(session: Session, table: "newest" | "gone") {
  const micros = "extract(epoch FROM at - '2000-01-01Z'::timestamptz) * 1000000";
  const rows = await session.rows(`SELECT series, ${micros} FROM fieldline.${table}`);
  return rows.map(([series, at]) => [Number(series), Number(at)] as const);
}

const KEY = ["series", "at"];
const REPLACED = COLUMNS.split(", ")
  .filter((name) => !KEY.includes(name))
  .map((name) => `${name} = excluded.${name}`)
  .join(", ");

async function replace(session: Session, bytes: Uint8Array, mayBeAbove: boolean): Promise<void> {
  await session.run(
    "CREATE TEMPORARY TABLE IF NOT EXISTS late (LIKE fieldline.sample) ON COMMIT DELETE ROWS",
  );
  await session.copyIn(`late(${COLUMNS})`, bytes);
  await session.run(
    `INSERT INTO fieldline.sample(${COLUMNS}) SELECT ${COLUMNS} FROM late ORDER BY series, at
     ON CONFLICT (series, at) DO UPDATE SET ${REPLACED}`,
  );
  if (mayBeAbove) await raiseToLate(session);
}

/** Of series of which what was newest was deleted. */
async function raiseToLate(session: Session): Promise<void> {
  await session.run(
    `INSERT INTO fieldline.newest AS known
       SELECT late.series, max(late.at) FROM late LEFT JOIN fieldline.newest USING (series)
       WHERE newest.at IS NULL OR newest.at < late.at GROUP BY late.series
     ON CONFLICT (series) DO UPDATE SET at = excluded.at WHERE known.at < excluded.at`,
  );
}

async function raise(session: Session, raised: Watermarks): Promise<void> {
  await session.run(
    `INSERT INTO fieldline.newest AS known
       SELECT series, '2000-01-01Z'::timestamptz + micros * interval '1 microsecond'
       FROM unnest($1::int[], $2::bigint[]) AS raised(series, micros)
     ON CONFLICT (series) DO UPDATE SET at = excluded.at WHERE known.at < excluded.at`,
    [[...raised.keys()], [...raised.values()]],
  );
}

/** From now on this log is drained into the database; how far it has come, null where it is new. */
export async function join(session: Session, source: string): Promise<Joined> {
  const [[database, writer, newestAt, system, timeline] = []] = await session.rows(
    `SELECT id, writer, (SELECT extract(epoch FROM max(at)) * 1000 FROM fieldline.newest),
       (SELECT system_identifier::text FROM pg_control_system()),
       ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int
     FROM fieldline.meta`,
  );
  const [[sequence = null] = []] = await session.rows(
    "SELECT sequence FROM fieldline.source WHERE name = $1",
    [source],
  );
  await session.run("UPDATE fieldline.meta SET writer = $1", [source]);
  return {
    database: String(database),
    sequence: sequence === null ? null : Number(sequence),
    isOnly: writer === source,
    newestAt: newestAt === null ? null : Number(newestAt),
    branch: { system: String(system), timeline: Number(timeline) },
  };
}

async function note(session: Session, { source, sequence }: Place): Promise<void> {
  await session.run(
    `INSERT INTO fieldline.source VALUES ($1, $2)
     ON CONFLICT (name) DO UPDATE SET sequence = excluded.sequence`,
    [source, sequence],
  );
}
