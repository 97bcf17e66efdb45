import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { type Samples, SamplesBuilder, sampleAt } from "../../domain/samples.ts";
import { isPossible } from "../../domain/time.ts";
import { assert } from "../../lib/assert.ts";
import type { Log } from "../../lib/log.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { Joined, NumberedDeletion, Place } from "../drained.ts";
import type {
  AggregateQuery,
  Appended,
  Buckets,
  Historian,
  HistorianStats,
  RangeQuery,
  Retention,
  SeriesRange,
  SeriesRemains,
} from "../historian.ts";
import { aggregate } from "./aggregate.ts";
import { spoilRange } from "./beside.ts";
import { connect } from "./connect.ts";
import type { Database, Session } from "./database.ts";
import { DayMaker } from "./day-maker.ts";
import { Days } from "./days.ts";
import { keepRemains, removeHours } from "./hours.ts";
import { Ingest, join, noteDeletion } from "./ingest.ts";
import { readLatest, readRange } from "./read.ts";
import { readPolicies, retire, setPolicy } from "./retention.ts";
import { type Layout, prepareSchema } from "./schema.ts";
import { isBeyond } from "./summaries.ts";
import { within } from "./time.ts";

/** Opens the database and makes its tables; keeps other writers away until `close`. */
export async function openPostgresHistorian(
  url: string,
  parts: { readonly log: Log },
): Promise<Outcome<PostgresHistorian, Problem>> {
  const connected = await connect(url, parts.log);
  if (!connected.ok) return connected;
  try {
    return await openHistorianOn(connected.value, parts);
  } catch (reason) {
    await connected.value.close();
    const why = reason instanceof Error ? reason.message : String(reason);
    return failure(problem("database_unreachable", `its tables cannot be made: ${why}`));
  }
}

/** The same on a database that is connected already. */
export async function openHistorianOn(
  database: Database,
  { log }: { readonly log: Log },
): Promise<Outcome<PostgresHistorian, Problem>> {
  const prepared = await database.write(prepareSchema);
  if (!prepared.ok) {
    await database.close();
    return prepared;
  }
  const historian = new PostgresHistorian(database, prepared.value, log);
  await historian.load();
  return success(historian);
}

/**
 * Samples in PostgreSQL. Once a write has failed nobody knows what it left behind, and all that
 * come after it fail too: it is opened anew then.
 */
export class PostgresHistorian implements Historian {
  readonly #database: Database;
  readonly #days: Days;
  readonly #ingest: Ingest;
  readonly #maker: DayMaker;
  readonly #log: Log;
  #commits = 0;
  #underWay = 0;
  #isClosed = false;

  constructor(database: Database, layout: Layout, log: Log) {
    this.#log = log;
    this.#database = database;
    this.#days = new Days(database, layout);
    this.#ingest = new Ingest(database, this.#days);
    this.#maker = new DayMaker({ database, isBusy: () => this.#underWay > 0, log });
  }

  async load(): Promise<void> {
    await this.#database.read(async (session) => {
      await this.#days.load(session);
      await this.#ingest.load(session);
    });
    this.#maker.wake();
  }

  /** Settles when what days come to is kept beside their samples: they are read faster then. */
  daysMade(): Promise<void> {
    return this.#maker.settled();
  }

  /** Settles when the connection is: all that is asked for afterwards fails. */
  get lost(): Promise<void> {
    return this.#database.lost;
  }

  join(source: string): Promise<Joined> {
    return this.#database.write((session) => join(session, source));
  }

  async append(samples: Samples): Promise<Appended> {
    assertStorable(samples);
    return { tooOld: await this.#store(samples) };
  }

  /** Whether raw samples of its time were let go, as far as that is known now. */
  isTooOld(series: number, at: number): boolean {
    return this.#ingest.isTooOld(series, at);
  }

  /**
   * Like `append`; in the same transaction it is noted how far this log has come. A log of before
   * may hold samples of impossible times: they are left out.
   */
  async take(samples: Samples, place: Place): Promise<void> {
    const tooOld = await this.#store(this.#possible(samples), place);
    if (tooOld > 0)
      this.#log.warn("samples came after those of their time were let go", { tooOld });
  }

  latest(series: Uint32Array): Promise<Samples> {
    return this.#read((session) => readLatest(session, series));
  }

  range(query: RangeQuery): Promise<Samples> {
    return this.#read((session) => readRange(session, query));
  }

  async aggregate(query: AggregateQuery): Promise<readonly Buckets[]> {
    try {
      return await this.#read((session) => aggregate(session, query));
    } catch (reason) {
      if (!isBeyond(reason)) throw reason;
      return this.#read((session) => aggregate(session, query, true));
    }
  }

  /** Where it is a folder's, its number is noted in the same transaction. */
  async deleteRange(range: SeriesRange, deletion?: NumberedDeletion): Promise<void> {
    await this.#ingest.deletion(range.series, async (session) => {
      await deleteRange(session, range);
      if (deletion) await noteDeletion(session, deletion);
    });
    this.#maker.note();
    this.#maker.wake();
  }

  /** What is left elsewhere of raw samples that were let go is left here. */
  keep(series: number, remains: SeriesRemains): Promise<void> {
    return this.#database.write(async (session) => {
      await keepRemains(session, series, remains);
      await this.#ingest.loadGone(session);
    });
  }

  setRetention(series: number, retention: Retention | null): Promise<void> {
    return this.#database.write((session) => setPolicy(session, series, retention));
  }

  retentions(): Promise<ReadonlyMap<number, Retention>> {
    return this.#read(readPolicies);
  }

  async retire(now: number, fallback: Retention): Promise<void> {
    const parts = { days: this.#days, ingest: this.#ingest };
    await retire(this.#database, parts, { now, fallback });
    await this.#days.makeAhead(now);
    this.#maker.wake();
  }

  stats(): Promise<HistorianStats> {
    return this.#read(async (session) => ({
      ...(await readStats(session)),
      commits: this.#commits,
      bytesReusable: 0,
      waiting: [],
    }));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#maker.close();
    await this.#database.close();
  }

  async #store(samples: Samples, place?: Place): Promise<number> {
    if (this.#isClosed) throw new Error("the historian is closed");
    this.#underWay += 1;
    const stored = this.#ingest.append(samples, place).finally(() => {
      this.#underWay -= 1;
    });
    const { tooOld, hasDaysOver } = await stored;
    this.#commits += 1;
    if (hasDaysOver) this.#maker.note();
    this.#maker.wake();
    return tooOld;
  }

  #possible(samples: Samples): Samples {
    if (samples.at.subarray(0, samples.count).every(isPossible)) return samples;
    const builder = new SamplesBuilder();
    for (let row = 0; row < samples.count; row += 1) {
      const { series, at, value } = sampleAt(samples, row);
      if (isPossible(at)) builder.copy(samples, row);
      else this.#log.error("a sample of an impossible time is left out", { series, at, value });
    }
    return builder.take();
  }

  async #read<T>(work: (session: Session) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new Error("the historian is closed");
    return this.#database.read(work);
  }
}

async function deleteRange(session: Session, { series, from, to }: SeriesRange): Promise<void> {
  const isGone = `series = ${series} AND ${within("at", from, to)}`;
  const deleted = await session.run(`DELETE FROM fieldline.sample WHERE ${isGone}`);
  await session.run("UPDATE fieldline.meta SET samples = samples - $1", [deleted]);
  await removeHours(session, { series, from, to });
  await session.run("DELETE FROM fieldline.newest WHERE series = $1", [series]);
  await session.run(
    `INSERT INTO fieldline.newest SELECT series, at FROM fieldline.sample
     WHERE series = $1 ORDER BY at DESC LIMIT 1`,
    [series],
  );
  await spoilRange(session, { series, from, to });
}

async function readStats(
  session: Session,
): Promise<Pick<HistorianStats, "samplesStored" | "bytesOnDisk" | "series" | "newestAt">> {
  const [[samples, bytes, series, newestAt] = []] = await session.rows(
    `SELECT samples + (SELECT samples FROM fieldline.beside),
       (SELECT sum(pg_total_relation_size(pg_class.oid)) FROM pg_class
        WHERE relkind = 'r' AND relnamespace IN (
          SELECT oid FROM pg_namespace WHERE nspname IN ('fieldline', '_timescaledb_internal'))),
       (SELECT count(*) FROM fieldline.newest),
       (SELECT extract(epoch FROM max(at)) * 1000 FROM fieldline.newest)
     FROM fieldline.meta`,
  );
  return {
    samplesStored: Number(samples),
    bytesOnDisk: Number(bytes),
    series: Number(series),
    newestAt: newestAt === null ? null : Number(newestAt),
  };
}

/** Samples that cannot be remembered come from a wrong program: drivers and ingest refuse them. */
function assertStorable({ count, series, at }: Samples): void {
  for (let row = 0; row < count; row += 1) {
    assert((series[row] ?? LIMIT.series) < LIMIT.series, "series are small and dense");
    assert(isPossible(at[row] ?? Number.NaN), "every sample has a time that is possible");
  }
}
