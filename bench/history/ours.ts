import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Historian } from "../../src/historian/historian.ts";
import { letAllBeginYoung } from "../../src/lib/heap.ts";
import { silentLog } from "../../src/lib/log.ts";
import type { Contestant } from "./contestant.ts";
import { DAY_MS, SERIES } from "./workload.ts";

type Door = typeof import("../../src/historian/embedded/embedded.ts");
type Options = Parameters<Door["openEmbeddedHistorian"]>[0];

/** Each benchmark is started at the root of the project. */
const COMPILED = pathToFileURL("dist/program/embedded.js").href;

/** The embedded historian as it is delivered: a server begins like this, too. */
export async function openOurs(options: Options): Promise<Historian> {
  letAllBeginYoung();
  const { openEmbeddedHistorian }: Door = await import(COMPILED);
  const opened = await openEmbeddedHistorian(options, { log: silentLog });
  if (!opened.ok) throw new Error(opened.problem.detail);
  return opened.value;
}

export async function historian(folder: string): Promise<Contestant> {
  const own = await openOurs({ folder });
  const every = Uint32Array.from({ length: SERIES }, (_, series) => series);
  return {
    pids: () => [],
    async append(samples) {
      await own.append(samples);
    },
    settle: async () => {},
    bytesOnDisk: () => bytesIn(folder),
    async buckets(series, span, buckets) {
      const [one] = await own.aggregate({
        series: Uint32Array.of(series),
        ...span,
        by: { buckets },
        quality: "all",
      });
      return one?.count.reduce((sum, count) => sum + count, 0) ?? 0;
    },
    async dailyIncrease(series, span) {
      const by = { everyMs: DAY_MS };
      const found = await own.aggregate({ series, ...span, by, quality: "all" });
      return found.flatMap(({ increase }) => [...increase]).reduce((sum, more) => sum + more, 0);
    },
    async raw(series, span) {
      return (await own.range({ series, ...span, limit: 1_000_000 })).count;
    },
    latest: async () => (await own.latest(every)).count,
    close: () => own.close(),
  };
}

/** What lies in a folder and those below it. */
export function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).reduce(
    (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
