import { setTimeout } from "node:timers/promises";
import { freePort } from "../../src/lib/port.ts";
import type { Contestant } from "./contestant.ts";
import { HttpPeer, influxLines } from "./http-peer.ts";
import { bytesIn } from "./ours.ts";
import { DAY_MS } from "./workload.ts";

type Found = { readonly data: { readonly result: readonly Row[] } };
type Row = {
  readonly metric: { readonly rollup?: string };
  readonly values: readonly (readonly [number, string])[];
};

type Exported = { readonly values: readonly number[] };

/** Its merges go on by themselves; it does not say when they are done. */
const MERGE_MS = 5_000;
const SIX = `(${["count", "min", "max", "sum", "first", "last"].map((one) => `"${one}_over_time"`)})`;

/**
 * VictoriaMetrics keeps numbers only: texts and qualities are not sent. It acknowledges before it
 * is durable. Its windows are `(from, to]`.
 */
export async function victoriaMetrics(folder: string): Promise<Contestant> {
  const port = await freePort();
  const args = [
    ...[`-httpListenAddr=127.0.0.1:${port}`, `-storageDataPath=${folder}`],
    ...["-retentionPeriod=100y", "-influxSkipSingleField", "-loggerLevel=ERROR"],
    ...["-search.maxUniqueTimeseries=1000000", "-dedup.minScrapeInterval=1ms"],
    "-search.maxPointsPerTimeseries=1000000",
  ];
  const peer = await HttpPeer.open({ command: "victoria-metrics", args, port });
  const query = async (text: string, from: number, to: number, stepMs: number) => {
    const range = { start: `${from / 1_000}`, end: `${to / 1_000}`, step: `${stepMs / 1_000}` };
    const said = await peer.get("/api/v1/query_range", { query: text, ...range, nocache: "1" });
    return (JSON.parse(said) as Found).data.result;
  };
  return {
    pids: () => [peer.pid],
    async append(samples) {
      await peer.post("/write?precision=ms", influxLines(samples, false));
    },
    async settle() {
      await peer.get("/internal/force_flush");
      await peer.get("/internal/force_merge");
      await setTimeout(MERGE_MS);
    },
    bytesOnDisk: () => bytesIn(folder),
    async buckets(series, { from, to }, buckets) {
      const stepMs = (to - from) / buckets;
      const text = `aggr_over_time(${SIX}, p{s="${series}"}[${stepMs}ms])`;
      const rows = await query(text, from + stepMs, to, stepMs);
      const counts = rows.find(({ metric }) => metric.rollup === "count_over_time")?.values ?? [];
      return counts.reduce((sum, [, count]) => sum + Number(count), 0);
    },
    async dailyIncrease(_, { from, to }) {
      const rows = await query('increase(p{k="0"}[1d])', from + DAY_MS, to, DAY_MS);
      return rows.flatMap(({ values }) => values).reduce((sum, [, more]) => sum + Number(more), 0);
    },
    async raw(series, { from, to }) {
      const span = { start: `${from / 1_000}`, end: `${(to - 1) / 1_000}` };
      const lines = await peer.get("/api/v1/export", { "match[]": `p{s="${series}"}`, ...span });
      const parts = lines
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Exported);
      return parts.reduce((sum, { values }) => sum + values.length, 0);
    },
    async latest() {
      const time = `${Date.now() / 1_000}`;
      const asked = { query: "last_over_time(p[1y])", time, nocache: "1" };
      const found: Found = JSON.parse(await peer.get("/api/v1/query", asked));
      return found.data.result.length;
    },
    close: () => peer.close(),
  };
}
