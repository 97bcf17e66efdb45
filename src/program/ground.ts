import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Problem, problem } from "../domain/problem.ts";
import type { Historian } from "../historian/historian.ts";
import { type Journal, openJournal } from "../journal/journal.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import type { Closer } from "../lib/closer.ts";
import { Gauges } from "../lib/gauge.ts";
import type { Log } from "../lib/log.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { openSqliteStore } from "../store/sqlite/sqlite.ts";
import type { Store } from "../store/store.ts";
import { RESTORING } from "./backup.ts";
import type { Config } from "./config.ts";
import { DiskWatch } from "./disk-watch.ts";
import { HISTORY, openHistory } from "./history.ts";
import { HistoryWatch } from "./history-watch.ts";
import { watchLoop } from "./loop-watch.ts";
import { startRetention } from "./retention.ts";

/** What every room stands on. */
export type Ground = {
  readonly historian: Historian;
  readonly store: Store;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly gauges: Gauges;
  readonly disk: DiskWatch;
  readonly losses: HistoryWatch;
  readonly log: Log;
};

/** Opens the data folder. The historian's lock comes first: one process at a time. */
export async function openGround(
  config: Config,
  log: Log,
  closer: Closer,
): Promise<Outcome<Ground, Problem>> {
  const made = makeFolder(config.data);
  if (!made.ok) return made;
  if (existsSync(join(config.data, RESTORING))) {
    const detail = `${config.data} was not restored to its end: empty it and restore again`;
    return failure(problem("folder_unreadable", detail));
  }
  let disk: DiskWatch | undefined;
  const clock = systemClock;
  const losses = new HistoryWatch(log);
  const refusal = () => disk?.refusal;
  const own = { clock, log: log.child("historian"), refusal, ...losses.listeners };
  const hadHistory = existsSync(join(config.data, HISTORY));
  const history = await openHistory(config, own);
  if (!history.ok) return history;
  const historian = history.value;
  closer.add("historian", () => historian.close());

  const store = await openStore(config.data, historian, log);
  if (!store.ok) return store;
  closer.add("store", () => store.value.close());
  if (!hadHistory && (await store.value.points.find()).length > 0) {
    losses.listeners.onMissing({ places: 0, file: `${HISTORY}/` });
  }

  startRetention({ historian, clock, log }, config, closer);
  const journal = await openJournal({ store: store.value, clock });
  await losses.tell(journal);
  const gauges = new Gauges();
  const ground = { historian, store: store.value, journal, clock, gauges, losses, log };
  disk = await openDiskWatch(ground, config);
  closer.add("disk watch", () => disk?.close());
  const loop = watchLoop({ clock, gauges });
  closer.add("loop watch", () => loop.close());
  return success({ ...ground, disk });
}

/** Samples know their points by numbers, which another store would give to other points. */
async function openStore(
  data: string,
  historian: Historian,
  log: Log,
): Promise<Outcome<Store, Problem>> {
  const file = join(data, "fieldline.db");
  if (!existsSync(file) && (await historian.stats()).series > 0) {
    const next = `restore a backup, or move ${join(data, HISTORY)} elsewhere to begin anew`;
    return failure(problem("folder_unreadable", `${file} is missing beside its history: ${next}`));
  }
  return openSqliteStore({ file }, { log: log.child("store") });
}

async function openDiskWatch(ground: Omit<Ground, "disk">, config: Config): Promise<DiskWatch> {
  const { historian, journal } = ground;
  const watch = new DiskWatch({
    ...ground,
    folder: config.data,
    budget: config["disk-budget"],
    reusable: async () => (await historian.stats()).bytesReusable,
    record: journal.record.bind(journal),
  });
  await watch.start();
  return watch;
}

function makeFolder(folder: string): Outcome<void, Problem> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return success(undefined);
  } catch (reason) {
    const detail = `cannot make '${folder}': ${String(reason)}. Choose another with --data.`;
    return failure(problem("folder_unreadable", detail));
  }
}
