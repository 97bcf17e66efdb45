import type { Clock } from "../../lib/clock.ts";
import { AwayError } from "../historian.ts";

/** What the work comes to, or an `AwayError` where that takes longer; it goes on unheard then. */
export async function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  let giveUp = () => {};
  const isOver = new Promise<never>((_, reject) => {
    giveUp = () => reject(new AwayError("the database does not answer"));
  });
  const timer = clock.after(ms, giveUp);
  try {
    return await Promise.race([work, isOver]);
  } finally {
    timer.cancel();
  }
}
