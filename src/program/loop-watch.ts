import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Clock, Timer } from "../lib/clock.ts";
import type { Gauges } from "../lib/gauge.ts";

const EVERY_MS = 5_000;
const RESOLUTION_MS = 10;

/**
 * How long the main thread let what came in wait: the p99 and the most of the last seconds. While
 * this is small, what is slow is slow elsewhere.
 */
export function watchLoop(parts: {
  readonly gauges: Pick<Gauges, "set">;
  readonly clock: Pick<Clock, "after">;
}): { close(): void } {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let timer: Timer;
  const tell = () => {
    parts.gauges.set("loop_delay_ms", lateness(delay.percentile(99)));
    parts.gauges.set("loop_delay_ms_max", lateness(delay.max));
    delay.reset();
    timer = parts.clock.after(EVERY_MS, tell);
  };
  timer = parts.clock.after(EVERY_MS, tell);
  return {
    close() {
      timer.cancel();
      delay.disable();
    },
  };
}

/** Node measures from one beat to the next, in nanoseconds. Without a beat there is none. */
function lateness(nanoseconds: number): number {
  const late = nanoseconds / 1e6 - RESOLUTION_MS;
  return Number.isFinite(late) ? Math.max(0, Number(late.toFixed(1))) : 0;
}
