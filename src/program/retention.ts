import type { Historian, Retention } from "../historian/historian.ts";
import type { Clock } from "../lib/clock.ts";
import type { Closer } from "../lib/closer.ts";
import type { Log } from "../lib/log.ts";
import type { Config } from "./config.ts";

type Parts = {
  readonly historian: Pick<Historian, "stats" | "retire">;
  readonly clock: Clock;
  readonly log: Log;
};

const DAY_MS = 86_400_000;
const EVERY_MS = 3_600_000;
/** A process that never lives for an hour lets go of it, too. */
const FIRST_MS = 60_000;

/** Lets the history go of what is older than the settings allow, soon and then once an hour. */
export function startRetention({ historian, clock, log }: Parts, config: Config, closer: Closer) {
  const fallback = retentionOf(config);
  let isClosed = false;
  const retire = async () => {
    // A clock that was set ahead must not cost history: time passes here no faster than samples.
    const { newestAt } = await historian.stats();
    if (newestAt !== null) await historian.retire(Math.min(clock.now(), newestAt), fallback);
  };
  const retireAfter = (ms: number) =>
    clock.after(ms, () => {
      retire()
        .catch((reason) => {
          if (!isClosed) log.error("old samples could not be let go", { reason: String(reason) });
        })
        .finally(() => {
          if (!isClosed) timer = retireAfter(EVERY_MS);
        });
    });
  let timer = retireAfter(FIRST_MS);
  closer.add("retention", () => {
    isClosed = true;
    timer.cancel();
  });
}

/** How long the house keeps what has no time of its own. */
export function retentionOf(config: Config): Retention {
  return {
    rawMs: msOf(config["keep-raw"]),
    hourlyMs: msOf(config["keep-hourly"]),
    dailyMs: msOf(config["keep-daily"]),
  };
}

function msOf(days: number | null): number | null {
  return days === null ? null : days * DAY_MS;
}
