import type { Event } from "../domain/event.ts";
import type { Import } from "../import/import.ts";
import type { ImportLineReply } from "./contract.ts";
import type { House } from "./house.ts";
import { iso } from "./time.ts";

/** Of those that are over. */
const LINES_MAX = 20;
const STATES = {
  "history.imported": "stored",
  "history.import-stopped": "stopped",
  "history.import-failed": "failed",
} as const satisfies Record<string, ImportLineReply["state"]>;
type EndKind = keyof typeof STATES;

/** Imports of everybody: those at work, then how the last ones ended, newest first. */
export async function importLines(house: House): Promise<ImportLineReply[]> {
  const ends = await Promise.all(
    Object.keys(STATES).map((kind) =>
      house.journal.list({ where: { kind }, descending: true, limit: LINES_MAX }),
    ),
  );
  const newest = ends.flat().toSorted((a, b) => b.sequence - a.sequence);
  const running = house.imports.list().flatMap(runningLine);
  return [...running, ...newest.slice(0, LINES_MAX).map(endedLine)];
}

function runningLine({ id, name, by, state, done, report }: Import): ImportLineReply[] {
  if (state !== "checking" && state !== "storing") return [];
  const series = state === "storing" ? (report?.series ?? []) : [];
  const stored = series
    .filter(({ target }) => target)
    .reduce((sum, { fresh, corrected, unknown }) => sum + fresh + corrected + unknown, 0);
  const about = { id, name, by: by?.name ?? null, state, at: null, done, detail: "" };
  return [{ ...about, stored, refused: report?.refused ?? 0 }];
}

/** The detail is what the walk reported, or what a start found of one that a crash ended. */
function endedLine({ at, actor, kind, subject, detail }: Event): ImportLineReply {
  const text = (name: string) => (typeof detail[name] === "string" ? detail[name] : null);
  const count = (name: string) => (typeof detail[name] === "number" ? detail[name] : null);
  const counts = [count("new"), count("corrected"), count("unknown")];
  return {
    id: subject.replace("import:", ""),
    name: text("file"),
    by: text("by") ?? (actor.kind === "house" ? null : actor.name),
    state: STATES[kind as EndKind],
    at: iso(at),
    done: 1,
    stored: counts.includes(null) ? null : counts.reduce<number>((sum, one) => sum + (one ?? 0), 0),
    refused: count("refused"),
    detail: text("reason") ?? "",
  };
}
