import assert from "node:assert/strict";
import { basename } from "node:path";
import { after, test } from "node:test";
import pg from "pg";
import type { Samples } from "../../domain/samples.ts";
import { silentLog } from "../../lib/log.ts";
import { testHistorian } from "../conformance.ts";
import { expectedSums } from "../expected.ts";
import type { AggregateQuery, Historian } from "../historian.ts";
import { allOf, assertSame, batchOf, columnOf, ramp, row, START } from "../tale.ts";
import { startCluster } from "./cluster.ts";
import { connect } from "./connect.ts";
import { HALVED_MIN } from "./halves.ts";
import { openPostgresHistorian, type PostgresHistorian } from "./postgres.ts";
import { COLUMNS, encodeRows } from "./rows.ts";

const HOUR_MS = 3_600_000;
const EIGHT = Uint32Array.from({ length: 8 }, (_, row) => row);
const cluster = await startCluster();
after(() => cluster?.close());

if (cluster) {
  const open = async (name: string) => {
    const url = cluster.database(name.toLowerCase());
    const opened = await openPostgresHistorian(url, { log: silentLog });
    assert.ok(opened.ok, JSON.stringify(opened));
    return opened.value;
  };
  testHistorian({ name: "PostgreSQL", open: (folder) => open(basename(folder)) });
  testHistorian({
    name: "PostgreSQL, days made at once",
    open: async (folder) => atOnce(await open(basename(folder))),
  });

  test("a second writer, a wrong address and a user without rights are refused in words", async () => {
    const url = cluster.database("refusals");
    const open = (address: string) => openPostgresHistorian(address, { log: silentLog });
    const first = await open(url);
    assert.ok(first.ok);
    const second = await open(url.replace("fieldline@", "fieldline:secret@"));
    assert.ok(!second.ok && second.problem.code === "database_in_use");
    const nobody = await open(url.replace("fieldline@", "nobody:secret@"));
    assert.ok(!nobody.ok && nobody.problem.code === "database_unreachable");
    const nowhere = await open("postgres://fieldline:secret@127.0.0.1:1/refusals");
    assert.ok(!nowhere.ok && nowhere.problem.code === "database_unreachable");
    assert.ok(!JSON.stringify([second, nobody, nowhere]).includes("secret"));
    await first.value.close();
  });

  test("a user that owns the database, and is nothing else, is enough", async () => {
    const client = new pg.Client({ connectionString: cluster.database("hosts") });
    await client.connect();
    await client.query("CREATE USER guest PASSWORD 'p@ss:w/rd'");
    await client.query("CREATE DATABASE guests OWNER guest");
    await client.end();
    const url = `postgres://guest:${encodeURIComponent("p@ss:w/rd")}@${cluster.address}/guests`;
    const opened = await openPostgresHistorian(url, { log: silentLog });
    assert.ok(opened.ok, JSON.stringify(opened));
    const historian = opened.value;
    await historian.join("plant");
    await historian.append(batchOf(ramp(10)));
    await historian.deleteRange({ series: 1, from: START, to: START + 5 });
    await historian.retire(START + 48 * HOUR_MS, { rawMs: 0, hourlyMs: null, dailyMs: null });
    assert.equal((await historian.stats()).samplesStored, 0);
    await historian.close();
  });

  test("of a batch that the database refuses in its middle nothing is there, and none overtakes it", async () => {
    const url = cluster.database("broken");
    const opened = await openPostgresHistorian(url, { log: silentLog });
    assert.ok(opened.ok);
    await opened.value.append(batchOf(ramp(1)));
    await opened.value.close();
    const rows = batchOf(ramp(9).slice(1));
    const sound = { table: `fieldline.sample(${COLUMNS})`, bytes: encodeRows(rows, EIGHT) };
    for (const [steps, complaint] of [
      [[sound, "UPDATE fieldline.meta SET samples = 1 / 0", sound], /division by zero/],
      [[{ ...sound, bytes: Uint8Array.of(1, 2, 3) }, sound], /COPY file signature/],
      [[sound, { ...sound, bytes: sound.bytes.subarray(0, -40) }], /unexpected EOF/],
    ] as const) {
      const connected = await connect(url, silentLog);
      assert.ok(connected.ok);
      const database = connected.value;
      await assert.rejects(database.writeAll(steps), complaint);
      await assert.rejects(database.writeAll(["UPDATE fieldline.meta SET samples = 7"]), complaint);
      const count = "SELECT count(*)::int, (SELECT samples::int FROM fieldline.meta)";
      const told = await database.read((it) => it.rows(`${count} FROM fieldline.sample`));
      assert.deepEqual(told, [[1, 1]]);
      await database.close();
    }
  });

  test("of a large batch of which half was refused nothing is lost or twice", async () => {
    const url = cluster.database("halves");
    const client = new pg.Client({ connectionString: url });
    const rows = [1, 2].flatMap((series) =>
      Array.from({ length: HALVED_MIN / 2 }, (_, at) => row(series, at, at + series)),
    );
    const first = await open("halves");
    await client.connect();
    await client.query(`CREATE FUNCTION fieldline.refuse() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE 'not today'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON fieldline.newest
        FOR EACH ROW WHEN (NEW.series = 2) EXECUTE FUNCTION fieldline.refuse()`);
    await assert.rejects(first.append(batchOf(rows)), /not today/);
    const count = "SELECT count(*)::int AS count, max(series) AS last FROM fieldline.sample";
    assert.deepEqual((await client.query(count)).rows, [{ count: HALVED_MIN / 2, last: 1 }]);
    await first.close();
    await client.query("DROP TRIGGER refuse ON fieldline.newest");
    await client.end();
    const second = await open("halves");
    await second.append(batchOf(rows));
    for (const series of [1, 2]) {
      const own = rows.filter((one) => one.series === series);
      assert.deepEqual(await allOf(second, series), own);
    }
    assert.equal((await second.stats()).samplesStored, HALVED_MIN);
    await second.close();
  });

  test("a day that a late sample lies in is made anew when that sample is there, not before", async () => {
    const historian = await open("unready");
    const minutes = Array.from({ length: 25 * 60 }, (_, minute) => minute * 60_000);
    await historian.append(batchOf(minutes.map((at) => row(1, at, 1))));
    await historian.daysMade();
    const client = new pg.Client({ connectionString: cluster.database("unready") });
    await client.connect();
    const counted = async (what: string) =>
      Number((await client.query(`SELECT count(*) FROM fieldline.${what}`)).rows[0]?.count);
    // The connection that has the late ones waits for this, the other one does not.
    await client.query("BEGIN; SELECT samples FROM fieldline.meta FOR UPDATE");
    const fresh = [1, 2].flatMap((series) =>
      Array.from({ length: HALVED_MIN / 2 }, (_, at) => row(series, 30 * HOUR_MS + at, at)),
    );
    const late = row(1, 1, 5_000);
    const stored = historian.append(batchOf([...fresh, late]));
    while ((await counted("sample WHERE series = 1")) < minutes.length + HALVED_MIN / 2);
    assert.deepEqual([await counted("due"), await counted("daily")], [0, 1]);
    await client.query("COMMIT");
    await client.end();
    await stored;
    await historian.daysMade();
    const day = { from: START, to: START + 24 * HOUR_MS, by: { everyMs: 24 * HOUR_MS } };
    const [sums] = await historian.aggregate({ series: Uint32Array.of(1), ...day });
    assert.deepEqual(columnOf(sums, "max"), [5_000]);
    await historian.close();
  });

  test("where one of its two connections breaks, both do, and the next writer comes in", async () => {
    const url = cluster.database("torn");
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    for (const order of ["ASC", "DESC"]) {
      const historian = await open("torn");
      const ended = `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        ORDER BY objid ${order} LIMIT 1`;
      assert.equal((await client.query(ended)).rowCount, 1);
      await historian.lost;
      await historian.close();
    }
    await client.end();
    const next = await open("torn");
    await next.append(batchOf(ramp(2)));
    assert.deepEqual(await allOf(next, 1), ramp(2));
    await next.close();
  });

  test("a database of the first version learns what its days came to", async () => {
    const url = cluster.database("first");
    const open = async () => {
      const opened = await openPostgresHistorian(url, { log: silentLog });
      assert.ok(opened.ok, JSON.stringify(opened));
      return opened.value;
    };
    const before = await open();
    const rows = Array.from({ length: 72 }, (_, hour) => row(5, hour * HOUR_MS, (hour * 7) % 50));
    await before.append(batchOf(rows));
    const kept = { rawMs: 24 * HOUR_MS, hourlyMs: null, dailyMs: null };
    await before.retire(START + 72 * HOUR_MS, kept);
    await before.close();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`DROP TABLE fieldline.day; UPDATE fieldline.meta SET version = 1;
      ALTER TABLE fieldline.policy DROP COLUMN daily_ms;
      DROP TABLE fieldline.daily, fieldline.hourly, fieldline.due`);
    await client.end();
    const after = await open();
    await after.retire(START + 72 * HOUR_MS, { ...kept, hourlyMs: 24 * HOUR_MS });
    const span = { from: START, to: START + 72 * HOUR_MS, by: { everyMs: 24 * HOUR_MS } };
    const asked = { ...span, series: Uint32Array.of(5), weighted: true };
    for (const one of await after.aggregate(asked))
      assertSame(one, expectedSums(rows, asked), "days");
    const hourly = { ...asked, to: START + 48 * HOUR_MS, by: { everyMs: HOUR_MS } };
    const [hours] = await after.aggregate(hourly);
    const counted = columnOf(hours, "count").filter((count) => count > 0);
    assert.deepEqual(counted, [24, 24], "each day as one, in the bucket of its first sample");
    const late = await after.append(batchOf([row(5, 48 * HOUR_MS - 1, 1)]));
    assert.deepEqual(late, { tooOld: 1 }, "nothing can be put to a day without its hours");
    await after.close();
  });
  test("days stand beside samples, follow what changes them, and answer for them", async () => {
    const historian = await open("beside");
    const rows = Array.from({ length: 72 * 60 }, (_, minute) =>
      row(5, minute * 60_000, minute % 700),
    );
    await historian.append(batchOf(rows));
    await historian.daysMade();
    const client = new pg.Client({ connectionString: cluster.database("beside") });
    await client.connect();
    const counted = async (table: string) =>
      Number((await client.query(`SELECT count(*) FROM fieldline.${table}`)).rows[0]?.count);
    assert.deepEqual([await counted("daily"), await counted("hourly")], [2, 48]);
    // Nobody but a test does that: what is answered from then on is what was kept.
    await client.query(
      "UPDATE fieldline.daily SET max = 1e6; UPDATE fieldline.hourly SET max = 1e6",
    );
    const asked = { series: Uint32Array.of(5), from: START, to: START + 72 * HOUR_MS };
    const largest = async (by: AggregateQuery["by"]) =>
      columnOf((await historian.aggregate({ ...asked, by }))[0], "max");
    assert.deepEqual(await largest({ everyMs: 24 * HOUR_MS }), [1e6, 1e6, 699]);
    const zurich = await largest({ calendar: "day", timeZone: "Europe/Zurich" });
    assert.deepEqual(zurich, [1e6, 1e6, 1e6, 119], "its last hour is of the third day");
    assert.equal((await largest({ everyMs: 30 * 60_000 }))[0], 29, "of samples");
    await historian.append(batchOf([row(5, 7 * HOUR_MS + 1, 5_000)]));
    await historian.deleteRange({
      series: 5,
      from: START + 25 * HOUR_MS,
      to: START + 26 * HOUR_MS,
    });
    // They may be made anew already.
    const old = await counted("hourly WHERE max = 1e6");
    assert.equal(old, 0, "nothing of what has changed is left");
    assert.deepEqual(await largest({ everyMs: 24 * HOUR_MS }), [5_000, 699, 699]);
    await historian.daysMade();
    assert.deepEqual([await counted("daily"), await counted("hourly")], [2, 47]);
    assert.deepEqual(await largest({ everyMs: 24 * HOUR_MS }), [5_000, 699, 699]);
    await client.end();
    await historian.close();
  });

  test("the day that is under way has no row, and its sums follow every sample", async () => {
    const historian = await open("today");
    const rows = Array.from({ length: 2_400 }, (_, minute) => row(5, minute * 60_000, minute % 97));
    await historian.append(batchOf(rows));
    const more = [row(5, 2_400 * 60_000, 5_000), row(5, 1_500 * 60_000 + 1, -5_000)];
    for (const one of more) {
      await historian.daysMade();
      await historian.append(batchOf([one]));
      rows.push(one);
      const told = rows.toSorted((left, right) => left.at - right.at);
      for (const everyMs of [24 * HOUR_MS, HOUR_MS]) {
        const span = { from: START, to: START + 48 * HOUR_MS, by: { everyMs } };
        const asked = { ...span, series: Uint32Array.of(5), weighted: true };
        for (const sums of await historian.aggregate(asked)) {
          assertSame(sums, expectedSums(told, asked), `by ${everyMs} ms`);
        }
      }
    }
    const client = new pg.Client({ connectionString: cluster.database("today") });
    await client.connect();
    const day = "extract(epoch FROM at) * 1000 - $1";
    const asked = `SELECT (${day})::int AS begins FROM fieldline.daily`;
    assert.deepEqual((await client.query(asked, [START])).rows, [{ begins: 0 }]);
    await client.end();
    await historian.close();
  });

  test("a day whose sums are beyond a double has none, and keeps none from the others", async () => {
    const historian = await open("beyond");
    const minutes = Array.from({ length: 30 }, (_, minute) => minute * 60_000);
    const large = minutes.map((after) => row(5, after, Number.MAX_VALUE));
    const small = minutes.map((after) => row(6, after, 1));
    const nextDay = [5, 6].map((series) => row(series, 24 * HOUR_MS, 1));
    await historian.append(batchOf([...large, ...small, ...nextDay]));
    await historian.daysMade();
    const client = new pg.Client({ connectionString: cluster.database("beyond") });
    await client.connect();
    const { rows } = await client.query("SELECT series FROM fieldline.daily");
    assert.deepEqual(rows, [{ series: 6 }]);
    await client.end();
    await historian.close();
  });

  test("a database from before days stood beside samples makes those that it has", async () => {
    const before = await open("older");
    const rows = Array.from({ length: 60 }, (_, hour) => row(5, hour * HOUR_MS, hour));
    await before.append(batchOf(rows));
    await before.close();
    const client = new pg.Client({ connectionString: cluster.database("older") });
    await client.connect();
    await client.query(`DROP TABLE fieldline.daily, fieldline.hourly, fieldline.due;
      UPDATE fieldline.meta SET version = 3`);
    const after = await open("older");
    await after.daysMade();
    const { rows: days } = await client.query("SELECT sum FROM fieldline.daily ORDER BY at");
    assert.deepEqual(days, [{ sum: 276 }, { sum: 852 }]);
    await client.end();
    await after.close();
  });
} else {
  test("PostgreSQL", { skip: "there is no PostgreSQL on this machine" }, () => {});
}

/** What days come to is kept before anything else happens. */
function atOnce(historian: PostgresHistorian): Historian {
  const append = historian.append.bind(historian);
  return Object.assign(historian, {
    async append(samples: Samples) {
      const appended = await append(samples);
      await historian.daysMade();
      return appended;
    },
  });
}
