import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../src/lib/port.ts";
import type { Contestant, Span } from "./contestant.ts";
import { HttpPeer, influxLines } from "./http-peer.ts";
import { bytesIn } from "./ours.ts";

type Reply = {
  readonly results: readonly {
    readonly series?: readonly { readonly values: readonly (readonly (number | null)[])[] }[];
    readonly error?: string;
  }[];
};

/** InfluxDB 1.6, the version that Debian has. Each write is in its log, synced, when it answers. */
export async function influxdb(folder: string): Promise<Contestant> {
  const [port, rpcPort] = [await freePort(), await freePort()];
  const file = join(folder, "influxdb.conf");
  writeFileSync(file, configOf(folder, port, rpcPort));
  const peer = await HttpPeer.open({ command: "influxd", args: ["-config", file], port });
  const query = async (text: string) => {
    const said = await peer.get("/query", { db: "b", epoch: "ms", q: text });
    const [result] = (JSON.parse(said) as Reply).results;
    if (result?.error) throw new Error(result.error);
    return result?.series ?? [];
  };
  await peer.post(`/query?q=${encodeURIComponent("CREATE DATABASE b")}`, "");
  const within = ({ from, to }: Span) => `time >= ${from}ms AND time < ${to}ms`;
  const sumOf = (series: Awaited<ReturnType<typeof query>>) =>
    series.flatMap(({ values }) => values).reduce((sum, [, one]) => sum + (one ?? 0), 0);
  return {
    pids: () => [peer.pid],
    async append(samples) {
      await peer.post("/write?db=b&precision=ms", influxLines(samples, true));
    },
    settle: async () => {},
    bytesOnDisk: () => bytesIn(folder),
    async buckets(series, span, buckets) {
      const stepMs = Math.round((span.to - span.from) / buckets);
      const six = "count(v), min(v), max(v), sum(v), first(v), last(v)";
      const where = `s = '${series}' AND ${within(span)}`;
      return sumOf(await query(`SELECT ${six} FROM p WHERE ${where} GROUP BY time(${stepMs}ms)`));
    },
    async dailyIncrease(_, span) {
      const where = `k = '0' AND ${within(span)}`;
      const growth = `SELECT non_negative_difference(v) AS d FROM p WHERE ${where} GROUP BY s`;
      return sumOf(
        await query(`SELECT sum(d) FROM (${growth}) WHERE ${within(span)} GROUP BY time(1d), s`),
      );
    },
    async raw(series, span) {
      const rows = await query(`SELECT v FROM p WHERE s = '${series}' AND ${within(span)}`);
      return rows[0]?.values.length ?? 0;
    },
    latest: async () => (await query("SELECT last(v) FROM p GROUP BY s")).length,
    close: () => peer.close(),
  };
}

function configOf(folder: string, port: number, rpcPort: number): string {
  return `reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  index-version = "tsi1"
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
  max-row-limit = 0
[logging]
  level = "error"
`;
}
