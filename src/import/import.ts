import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Actor, type NewEvent, THE_HOUSE } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { TablePage } from "../domain/table-page.ts";
import type { Clock } from "../lib/clock.ts";
import { newId } from "../lib/id.ts";
import { isJsonObject, type JsonObject, parseJson } from "../lib/json.ts";
import type { Log } from "../lib/log.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { MARKS } from "./compare.ts";
import type { Look } from "./guess.ts";
import { ImportJob, type JobState } from "./job.ts";
import type { Reading } from "./reading.ts";
import { type Keeping, settle } from "./settle.ts";
import type { Mark, Report } from "./tally.ts";
import type { Hands, WalkParts } from "./walk.ts";

export type { Look } from "./guess.ts";
export type { Directory, Reading, Target } from "./reading.ts";
export type { Keeping } from "./settle.ts";
export type { Report, Tally } from "./tally.ts";
export type { Hands } from "./walk.ts";

/**
 * Samples from files that people hand in: looked at, checked, and then stored. A file waits in a
 * folder of its own, is read from there as often as it takes, and is gone when it is done with.
 */
export interface Imports {
  /** A file of so many bytes will come. */
  begin(wish: NewImport): Promise<Outcome<Import, Problem>>;
  /** The next bytes of it, which begin at `at`; with the last of them it is looked at. */
  add(id: string, at: number, bytes: Uint8Array): Promise<Outcome<Import, Problem>>;
  get(id: string): Outcome<Import, Problem>;
  /** All that are here, of whatever state. */
  list(): readonly Import[];
  /** Begins to walk over its rows; `get` tells how far that has come. */
  walk(id: string, wish: WalkWish, hands: Hands): Outcome<Import, Problem>;
  /** Settles when nothing more will be stored. */
  stop(id: string): Promise<Outcome<Import, Problem>>;
  /** Forgets it and its file; what it has stored stays. */
  remove(id: string): Promise<Outcome<void, Problem>>;
  /** Stops what is at work. */
  close(): Promise<void>;
}

export type NewImport = {
  readonly name: string;
  readonly bytes: number;
  /** Of times that say none: where whoever imports is. */
  readonly zone: string;
};

export type WalkWish = {
  readonly mode: WalkParts["mode"];
  readonly reading: Reading;
  readonly actor: Actor;
};

export type Import = {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly received: number;
  readonly state: JobState;
  /** Who has it read or stored; null before that. */
  readonly by: Actor | null;
  /** How much of the file a walk has read, from 0 to 1. */
  readonly done: number;
  readonly look: Look | null;
  /** Of the last walk, or the one that is at work. */
  readonly report: Report | null;
  /** Why it failed; empty otherwise. */
  readonly detail: string;
};

type ImportParts = {
  readonly folder: string;
  readonly record: (event: NewEvent) => Promise<unknown>;
  /** Bytes that there is room for. */
  readonly room: () => Promise<number>;
  readonly clock: Clock;
  readonly log: Log;
};

/** How many rows of a table were new, there already, and so on; those that are too old are new. */
export type Kept = Readonly<Record<Mark, number>> & {
  /** Not stored: raw samples of then were let go. */
  readonly tooOld: number;
};

/** Stores what is not there yet of a page; settles when it is safe. */
export async function keepPage(page: TablePage, keeping: Keeping): Promise<Outcome<Kept, Problem>> {
  const settled = await settle(page, keeping);
  if (!settled.ok) return settled;
  const { marks, tooOld } = settled.value;
  const counts = { unknown: 0, fresh: 0, same: 0, corrected: 0 };
  for (const mark of marks) counts[MARKS[mark] ?? "unknown"] += 1;
  return success({ ...counts, tooOld });
}

/** Throws where the folder cannot be read or written. */
export async function openImports(parts: ImportParts): Promise<Imports> {
  const { folder, clock } = parts;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await sweep(parts);
  const jobs = new Map<string, ImportJob>();
  const jobOf = (id: string): Outcome<ImportJob, Problem> => {
    const job = jobs.get(id);
    return job ? success(job) : failure(problem("import_unknown", `no import '${id}'`));
  };
  const drop = async (id: string) => {
    const job = jobs.get(id);
    jobs.delete(id);
    await job?.close();
  };
  /** One that nobody has asked for is forgotten; what is at work is left to its end. */
  const watch = (id: string) => {
    clock.after(LIMIT.importIdleMs, () => {
      const job = jobs.get(id);
      if (job && (job.isAtWork || clock.monotonic() - job.askedAt < LIMIT.importIdleMs)) watch(id);
      else void drop(id);
    });
  };
  return {
    async begin(wish) {
      const refusal = await refusalOf(parts, jobs.size, wish);
      if (refusal) return failure(refusal);
      const job = await ImportJob.begin(newId(clock.now()), wish, parts);
      jobs.set(job.id, job);
      watch(job.id);
      return success(job.view());
    },
    async add(id, at, bytes) {
      const job = jobOf(id);
      return job.ok ? job.value.add(at, bytes) : job;
    },
    get(id) {
      const job = jobOf(id);
      return job.ok ? success(job.value.view()) : job;
    },
    list: () => [...jobs.values()].map((job) => job.look()),
    walk(id, wish, hands) {
      const job = jobOf(id);
      if (!job.ok) return job;
      const other = [...jobs.values()].find(({ isAtWork }) => isAtWork);
      if (other) return failure(problem("import_running", `${other.name} is being read`));
      return job.value.walk(wish, hands);
    },
    async stop(id) {
      const job = jobOf(id);
      if (!job.ok) return job;
      await job.value.stop();
      return success(job.value.view());
    },
    async remove(id) {
      const job = jobOf(id);
      if (job.ok) await drop(id);
      return job.ok ? success(undefined) : job;
    },
    async close() {
      await Promise.all([...jobs.keys()].map(drop));
    },
  };
}

async function refusalOf(
  { room }: ImportParts,
  jobs: number,
  { bytes }: NewImport,
): Promise<Problem | undefined> {
  if (bytes > LIMIT.importBytes) {
    return problem("import_refused", `${bytes} bytes; at most ${LIMIT.importBytes} in one file`);
  }
  if (jobs >= LIMIT.imports) return problem("import_limit", `at most ${LIMIT.imports} at once`);
  const left = await room();
  if (bytes < left) return undefined;
  return problem("disk_full", `the file takes ${bytes} bytes, there is room for ${left}`);
}

/** Files of before; where one was being stored, nobody has been told yet how that ended. */
async function sweep({ folder, record }: ImportParts): Promise<void> {
  for (const name of await readdir(folder)) {
    const id = /^(\w+)\.storing\.part$/.exec(name)?.[1];
    if (id) {
      const reason = "the server ended; import the file again for the rest of it";
      const detail = { ...(await readMark(join(folder, name))), reason };
      const event = { kind: "history.import-failed", subject: `import:${id}`, detail };
      await record({ ...event, actor: THE_HOUSE });
    }
    await rm(join(folder, name), { force: true });
  }
}

/** Whose file it was; a crash may have come between the mark and what is in it. */
async function readMark(path: string): Promise<JsonObject> {
  const mark = parseJson(await readFile(path, "utf8"));
  return isJsonObject(mark) ? mark : {};
}
