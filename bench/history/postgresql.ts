import { spawn, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout } from "node:timers/promises";
import { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { KIND, type Samples } from "../../src/domain/samples.ts";
import { freePort, untilOpen } from "../../src/lib/port.ts";
import { end } from "../measure.ts";
import type { Contestant } from "./contestant.ts";
import { bytesIn } from "./ours.ts";
import { DAY_MS, START } from "./workload.ts";

export const POSTGRES_BIN = "/usr/lib/postgresql/15/bin";
const DAYS_MAX = 40;

/** PostgreSQL with its own settings but a larger cache: a row a sample, COPY and ON CONFLICT. */
export async function postgresql(folder: string): Promise<Contestant> {
  const cluster = await startCluster(folder);
  const client = await connected(cluster.port);
  await client.query(SCHEMA);
  for (let day = 0; day < DAYS_MAX; day += 1) {
    const from = START + day * DAY_MS;
    await client.query(
      `CREATE TABLE p${day} PARTITION OF p FOR VALUES FROM (${from}) TO (${from + DAY_MS})`,
    );
  }
  /** Of those who send side by side. */
  const idle: Client[] = [];
  const number = async (text: string) => Number((await client.query(text)).rows[0]?.n ?? 0);
  return {
    pids: () => familyOf(cluster.pid),
    async append(samples) {
      const rows = rowsOf(samples);
      const own = idle.pop() ?? (await sender(cluster.port));
      await own.query("BEGIN");
      await pipeline([rows], own.query(copyFrom("COPY stage FROM STDIN")));
      await own.query(INSERT);
      await own.query("COMMIT");
      idle.push(own);
    },
    async settle() {
      await client.query("CHECKPOINT");
      await client.query("ANALYZE p");
    },
    bytesOnDisk: () => bytesIn(join(folder, "data", "base")),
    buckets: (series, { from, to }, buckets) =>
      number(`SELECT sum(n) AS n FROM (SELECT count(*) AS n, min(v), max(v), sum(v),
        min(ARRAY[t, v]), max(ARRAY[t, v])
        FROM p WHERE s = ${series} AND t >= ${from} AND t < ${to}
        GROUP BY (t - ${from}) / ${Math.round((to - from) / buckets)}) b`),
    dailyIncrease: (counters, { from, to }) =>
      number(`SELECT sum(n) AS n FROM (SELECT sum(CASE WHEN v >= before THEN v - before ELSE v END) AS n
        FROM (SELECT s, t, v, lag(v) OVER (PARTITION BY s ORDER BY t) AS before FROM p
          WHERE s IN (${[...counters]}) AND t >= ${from} AND t < ${to}) g
        WHERE before IS NOT NULL GROUP BY s, (t - ${from}) / ${DAY_MS}) d`),
    async raw(series, { from, to }) {
      const where = `s = ${series} AND t >= ${from} AND t < ${to} ORDER BY t`;
      return (await client.query(`SELECT t, v, q FROM p WHERE ${where}`)).rows.length;
    },
    async latest() {
      const found = await client.query(
        `SELECT s, l.* FROM generate_series(0, 1999) s,
         LATERAL (SELECT t, v FROM p WHERE p.s = s.s ORDER BY t DESC LIMIT 1) l`,
      );
      return found.rows.length;
    },
    async close() {
      await Promise.all([client, ...idle].map((one) => one.end()));
      await cluster.close();
    },
  };
}

/** A connection with a table of its own for what it sends. */
async function sender(port: number): Promise<Client> {
  const client = await connected(port);
  await client.query(STAGE);
  return client;
}

/** It listens before it is ready. */
async function connected(port: number): Promise<Client> {
  const where = { host: "127.0.0.1", port, user: "bench", database: "postgres" };
  for (;;) {
    const client = new Client(where);
    try {
      await client.connect();
      return client;
    } catch (reason) {
      if (!/starting up/.test(String(reason))) throw reason;
      await setTimeout(STARTING_MS);
    }
  }
}

const STARTING_MS = 100;
const SCHEMA = `
  CREATE TABLE p(s int NOT NULL, t bigint NOT NULL, v float8, x text, q smallint NOT NULL,
    PRIMARY KEY(s, t)) PARTITION BY RANGE(t)`;
const STAGE = `
  CREATE TEMP TABLE stage(n int, s int, t bigint, v float8, x text, q smallint)
    ON COMMIT DELETE ROWS`;

/** A later arrival wins, also within one commit. */
const INSERT = `
  INSERT INTO p SELECT DISTINCT ON (s, t) s, t, v, x, q FROM stage ORDER BY s, t, n DESC
  ON CONFLICT (s, t) DO UPDATE SET v = excluded.v, x = excluded.x, q = excluded.q`;

function rowsOf({ count, series, at, value, kind, quality, texts }: Samples): string {
  let rows = "";
  for (let row = 0; row < count; row += 1) {
    const held = value[row] ?? 0;
    const both = kind[row] === KIND.text ? `\\N\t${texts[held]}` : `${held}\t\\N`;
    rows += `${row}\t${series[row]}\t${at[row]}\t${both}\t${quality[row]}\n`;
  }
  return rows;
}

/** Root may not run it: then the user that Debian made for it does. */
async function startCluster(folder: string) {
  const port = await freePort();
  const owner = ownerFor();
  mkdirSync(folder, { recursive: true });
  if (owner) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, "data");
  const init = ["-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C"];
  const made = spawnSync(join(POSTGRES_BIN, "initdb"), init, { ...owner, encoding: "utf8" });
  if (made.status !== 0) throw new Error(made.stderr);
  const settings = [
    ...["listen_addresses=127.0.0.1", `port=${port}`, `unix_socket_directories=${folder}`],
    ...["shared_buffers=1GB", "max_wal_size=4GB", "logging_collector=off"],
  ];
  const args = ["-D", data, ...settings.flatMap((setting) => ["-c", setting])];
  const server = spawn(join(POSTGRES_BIN, "postgres"), args, { ...owner, stdio: "ignore" });
  await untilOpen(port);
  return { port, pid: server.pid ?? 0, close: () => end(server) };
}

function ownerFor(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [, uid, gid] =
    /^postgres:[^:]*:(\d+):(\d+)/m.exec(readFileSync("/etc/passwd", "utf8")) ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}

/** The process and its children, as the kernel knows them. */
/** A server and the processes that it keeps for its connections. */
export function familyOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  const children = existsSync(file) ? readFileSync(file, "utf8").trim().split(" ") : [];
  return [pid, ...children.filter((child) => child !== "").map(Number)];
}
