// Makes something again when a source of it was changed, added or removed since it was made.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { root } from "./prepare.mjs";

/** The stamp is a file that says the time of the newest source. */
export function onceNewer(sources, stamp, make) {
  const changed = String(Math.max(...sources.map((path) => newest(`${root}${path}`))));
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === changed) return;
  make();
  writeFileSync(stamp, changed);
}

function newest(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newest(`${path}/${name}`)));
}
