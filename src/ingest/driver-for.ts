import { matchesFilter } from "../domain/topic.ts";
import type { Driver } from "../driver/driver.ts";

/**
 * Who understands a topic: the driver that asks for it, else the one that takes the rest. What
 * lies within a protocol's own tree and is none of its messages is no plain device's: it is
 * unknown. Where people have laid out a topic themselves, that counts first.
 */
export function driverFor(
  topic: string,
  drivers: readonly Driver[],
  isLaidOut: boolean,
): Driver | null {
  const rest = drivers.find(({ takesTheRest }) => takesTheRest) ?? null;
  if (isLaidOut) return rest;
  const choosy = drivers.filter((driver) => driver !== rest);
  const asked = choosy.find(({ listensTo }) => {
    return listensTo.some((filter) => matchesFilter(filter, topic));
  });
  if (asked) return asked;
  const isTheirs = choosy.some(({ listensTo }) => {
    return listensTo.some((filter) => topic.startsWith(rootOf(filter)));
  });
  return isTheirs || !rest?.listensTo.some((filter) => matchesFilter(filter, topic)) ? null : rest;
}

/** What stands before the first wildcard: `/sauter/viasens/`, `tc/`. */
function rootOf(filter: string): string {
  return filter.split(/[+#]/)[0] ?? "";
}
