import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { daysOfHours } from "./daily.ts";
import type { Session } from "./database.ts";

/**
 * How samples are cut into days: as partitions of a table, or as chunks of a hypertable where the
 * database had TimescaleDB when the tables were made.
 */
export type Layout = "partitions" | "timescale";

/*
 * All that is ours lies in the schema `fieldline`.
 *
 *   meta      one row: who this database is, its tables' version, whose log is drained into it,
 *             how many samples are in it but for those that are counted in `beside`
 *   beside    how many samples the second connection has brought in: it counts in a row of its own,
 *             for neither waits for the other
 *   sample    the samples; a row is described in rows.ts
 *   newest    the time of the newest sample of each series: the watermark, and where `latest` looks
 *   hour      what is left of samples that were let go: an hour each, over its good samples
 *   day       the same by the day, made of its hours; it stays when these have gone
 *   daily     what days come to whose samples are there: only ever a faster way to say the same
 *   hourly    the same by the hour, of days that have many samples (beside.ts)
 *   due       days that are to be made, or made again, and the transaction that last said so
 *   gone      up to which time raw samples of a series were let go: nothing older comes in again
 *   policy    how long a series is kept, where it is not as long as others
 *   source    how far the logs have come that are drained into here, and the number of the last
 *             deletion that came from their folders
 */
const TABLES = `
  CREATE TABLE fieldline.meta(
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    version int NOT NULL,
    writer text,
    samples bigint NOT NULL DEFAULT 0);
  CREATE TABLE fieldline.newest(
    series int PRIMARY KEY, at timestamptz NOT NULL) WITH (fillfactor = 50);
  CREATE TABLE fieldline.hour(
    series int NOT NULL, at timestamptz NOT NULL,
    first_at timestamptz NOT NULL, last_at timestamptz NOT NULL,
    countable bigint NOT NULL, good bigint NOT NULL,
    min float8, max float8, sum float8, first float8, last float8, increase float8, area float8,
    PRIMARY KEY (series, at));
  CREATE TABLE fieldline.gone(series int PRIMARY KEY, at timestamptz NOT NULL);
  CREATE TABLE fieldline.policy(series int PRIMARY KEY, raw_ms float8, hourly_ms float8);
  CREATE TABLE fieldline.source(name text PRIMARY KEY, sequence bigint NOT NULL);`;

const DAY = `
  CREATE TABLE fieldline.day(LIKE fieldline.hour, PRIMARY KEY (series, at));`;

const BESIDE = `
  CREATE TABLE fieldline.daily(LIKE fieldline.hour, PRIMARY KEY (series, at));
  CREATE TABLE fieldline.hourly(LIKE fieldline.hour, PRIMARY KEY (series, at));
  CREATE TABLE fieldline.due(
    series int NOT NULL, at timestamptz NOT NULL, stamp bigint NOT NULL DEFAULT txid_current(),
    PRIMARY KEY (at, series));`;

/** Days that may have samples, by the names or the bounds of what holds them. */
const DAYS_THERE = {
  partitions: `
    SELECT to_date(substr(relname, 8), 'YYYYMMDD')::timestamptz AS at
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'fieldline.sample'::regclass AND relname <> 'sample_other'`,
  timescale: `
    SELECT date_trunc('day', range_start) AS at FROM timescaledb_information.chunks
    WHERE hypertable_schema = 'fieldline' AND hypertable_name = 'sample'`,
};

/** Whether a series has a sample of a day is not looked up: it shows when the day is made. */
const ALL_DUE = (layout: Layout) => `
  INSERT INTO fieldline.due(series, at)
    SELECT series, day.at FROM fieldline.newest, (${DAYS_THERE[layout]}) AS day
    WHERE newest.at >= day.at + interval '1 day';`;

const SAMPLE = `
  CREATE TABLE fieldline.sample(
    at timestamptz NOT NULL, number float8, whole bigint, series int NOT NULL,
    quality smallint NOT NULL, truth boolean, text text, bytes bytea,
    PRIMARY KEY (series, at))`;

/** Few samples are not good; those who count them need not read the others. */
const INDEX = `
  CREATE INDEX sample_not_good ON fieldline.sample(series, at) WHERE quality <> 0;`;

const PARTITIONED = `${SAMPLE} PARTITION BY RANGE (at);
  ${INDEX}
  CREATE TABLE fieldline.sample_other PARTITION OF fieldline.sample DEFAULT;`;

const HYPERTABLE = `${SAMPLE};
  SELECT create_hypertable('fieldline.sample', 'at',
    chunk_time_interval => interval '1 day', create_default_indexes => false);
  ${INDEX}`;

/** Not part of every build of TimescaleDB, for its licence is another. */
const COMPRESSION = `
  ALTER TABLE fieldline.sample SET (timescaledb.compress,
    timescaledb.compress_segmentby = 'series', timescaledb.compress_orderby = 'at');
  SELECT add_compression_policy('fieldline.sample', interval '7 days');`;

const COUNTED_BESIDE = `
  CREATE TABLE IF NOT EXISTS fieldline.beside(samples bigint NOT NULL);
  INSERT INTO fieldline.beside SELECT 0 WHERE NOT EXISTS (SELECT FROM fieldline.beside);`;

type Migration = (facts: Facts) => string;
type Facts = { readonly layout: Layout; readonly canCompress: boolean };

/** Each brings the tables from its place in this list to the next version. Never changed. */
const MIGRATIONS: readonly Migration[] = [
  ({ layout, canCompress }) => {
    if (layout === "partitions") return TABLES + PARTITIONED;
    return TABLES + HYPERTABLE + (canCompress ? COMPRESSION : "");
  },
  () => `
    ALTER TABLE fieldline.policy ADD COLUMN daily_ms float8;
    UPDATE fieldline.policy SET daily_ms = hourly_ms;`,
  () => DAY + daysOfHours("true"),
  ({ layout }) => BESIDE + ALL_DUE(layout),
  () => "ALTER TABLE fieldline.source ADD COLUMN IF NOT EXISTS deletions bigint NOT NULL DEFAULT 0",
  () => COUNTED_BESIDE,
];

/** Makes the tables, or brings them up to date, and says how they are laid out. */
export async function prepareSchema(session: Session): Promise<Outcome<Layout, Problem>> {
  await session.run("CREATE SCHEMA IF NOT EXISTS fieldline");
  const version = await versionOf(session);
  if (version > MIGRATIONS.length) {
    const detail = `its tables have version ${version}, this one knows ${MIGRATIONS.length}`;
    return failure(problem("database_newer", detail));
  }
  const facts = version > 0 ? await factsOfTables(session) : await factsOfServer(session);
  for (const migration of MIGRATIONS.slice(version)) await session.run(migration(facts));
  if (version === 0) await session.run("INSERT INTO fieldline.meta(version) VALUES (0)");
  if (version < MIGRATIONS.length) {
    await session.run(`UPDATE fieldline.meta SET version = ${MIGRATIONS.length}`);
  }
  return success(facts.layout);
}

/** 0 where there are no tables yet. */
async function versionOf(session: Session): Promise<number> {
  const [[isThere] = []] = await session.rows("SELECT to_regclass('fieldline.meta') IS NOT NULL");
  if (isThere !== true) return 0;
  const [[version] = []] = await session.rows("SELECT version FROM fieldline.meta");
  return Number(version);
}

async function factsOfTables(session: Session): Promise<Facts> {
  const [[isPartitioned] = []] = await session.rows(
    "SELECT relkind = 'p' FROM pg_class WHERE oid = 'fieldline.sample'::regclass",
  );
  const layout = isPartitioned === true ? "partitions" : "timescale";
  return { layout, canCompress: layout === "timescale" && (await hasFullLicence(session)) };
}

async function factsOfServer(session: Session): Promise<Facts> {
  const found = await session.rows("SELECT 1 FROM pg_extension WHERE extname = 'timescaledb'");
  if (found.length === 0) return { layout: "partitions", canCompress: false };
  return { layout: "timescale", canCompress: await hasFullLicence(session) };
}

async function hasFullLicence(session: Session): Promise<boolean> {
  const asked = "SELECT current_setting('timescaledb.license', true)";
  const [[licence] = []] = await session.rows(asked);
  return licence === "timescale";
}
