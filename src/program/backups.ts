import { mkdir, readdir, rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { type Actor, THE_HOUSE } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Historian } from "../historian/historian.ts";
import type { Journal } from "../journal/journal.ts";
import type { Clock } from "../lib/clock.ts";
import { type Held, type HeldFile, holdFolder } from "../lib/held.ts";
import type { Log } from "../lib/log.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { Store } from "../store/store.ts";
import { isArchivable, writeArchive } from "./archive.ts";
import { VERSION } from "./version.ts";

type BackupParts = {
  readonly data: string;
  /** See `Backups` of the API. Fallback: yes. */
  readonly isWhole?: boolean;
  readonly historian: Pick<Historian, "hold">;
  readonly store: Pick<Store, "hold">;
  readonly journal: Pick<Journal, "record">;
  /** A backup counts to what the data folder may take. */
  readonly disk: { readonly left: number };
  readonly clock: Clock;
  readonly log: Log;
};

type Backup = {
  readonly id: string;
  readonly startedAt: number;
  readonly state: "running" | "done" | "failed";
  /** So many of `bytesTotal` are written. */
  readonly bytes: number;
  readonly bytesTotal: number;
  /** Why it failed; empty otherwise. */
  readonly detail: string;
};

/** `20261122T023000123Z`: sorts by time, and is fit for a file. */
const NAME = /^fieldline-((\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z)\.tar$/;

/** Backups of the running house, in `backups/` of its data folder. */
export class ServerBackups {
  readonly isWhole: boolean;
  readonly #parts: BackupParts;
  readonly #folder: string;
  #running: Backup | undefined;
  #failed: Backup | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(parts: BackupParts) {
    this.#parts = parts;
    this.isWhole = parts.isWhole ?? true;
    this.#folder = join(parts.data, "backups");
  }

  async list(): Promise<readonly Backup[]> {
    const names = await readdir(this.#folder).catch(() => [] as string[]); // None was made yet.
    const done = names.flatMap((name) => NAME.exec(name)?.[1] ?? []).toSorted();
    const kept = await Promise.all(done.map((id) => this.#done(id)));
    const others = [this.#failed, this.#running].flatMap((one) => one ?? []);
    return [...kept.flatMap((one) => one ?? []), ...others].reverse();
  }

  async start(actor: Actor): Promise<Outcome<Backup, Problem>> {
    if (this.#running || this.#isClosed) {
      return failure(problem("backup_running", "one at a time"));
    }
    const startedAt = this.#parts.clock.now();
    const id = new Date(startedAt).toISOString().replaceAll(/[-:.]/g, "");
    const begun = { id, startedAt, state: "running", bytes: 0, bytesTotal: 0, detail: "" } as const;
    this.#running = begun;
    const held = await this.#hold().catch((reason) => {
      this.#running = undefined;
      throw reason;
    });
    if (!held.ok) {
      this.#running = undefined;
      return held;
    }
    const bytesTotal = held.value.files.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#running = { ...begun, bytesTotal };
    await this.#record(actor, "backup.started", id);
    this.#writing = this.#write(this.#running, held.value);
    return success({ ...begun, bytesTotal });
  }

  async file(id: string): Promise<Outcome<{ path: string; bytes: number }, Problem>> {
    const path = this.#path(id);
    const done = await this.#done(id);
    return done ? success({ path, bytes: done.bytes }) : unknown(id);
  }

  async remove(id: string, actor: Actor): Promise<Outcome<void, Problem>> {
    if (!(await this.#done(id))) return unknown(id);
    await this.#record(actor, "backup.removed", id);
    await rm(this.#path(id));
    return success(undefined);
  }

  /** One that is being made is given up. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#writing;
  }

  async #done(id: string): Promise<Backup | undefined> {
    const parts = NAME.exec(`fieldline-${id}.tar`)?.slice(2).map(Number);
    if (!parts) return undefined;
    const [year = 0, month = 0, ...rest] = parts;
    const startedAt = Date.UTC(year, month - 1, ...rest);
    const size = await stat(this.#path(id)).catch(() => undefined);
    if (!size) return undefined;
    return { id, startedAt, state: "done", bytes: size.size, bytesTotal: size.size, detail: "" };
  }

  /** The history first: a series in it must be known to the store, not the other way round. */
  async #hold(): Promise<Outcome<Held, Problem>> {
    const { data, historian, store } = this.#parts;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#tidy();
    if ((await this.list()).length > LIMIT.backups) {
      return failure(problem("backup_limit", `at most ${LIMIT.backups}`));
    }
    if (!historian.hold || !store.hold) {
      return failure(problem("backup_unsupported", "a database of its own keeps it"));
    }
    const helds: Held[] = [];
    const release = async () => {
      for (const { release: letGo } of helds) await letGo();
    };
    try {
      helds.push(below("history", await historian.hold()));
      helds.push(await store.hold());
      helds.push(await holdFolder(data, isOfOtherRooms));
      const files = helds.flatMap((held) => held.files);
      const full = await refusalOf(this.#folder, files, this.#parts.disk.left);
      if (!full) return success({ files, release });
      await release();
      return failure(full);
    } catch (reason) {
      await release();
      throw reason;
    }
  }

  /** What a process that ended left behind. */
  async #tidy(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      if (name.endsWith(".part")) await rm(join(this.#folder, name));
    }
  }

  async #write(running: Backup, { files, release }: Held): Promise<void> {
    const { id, startedAt } = running;
    const { log } = this.#parts;
    let bytes = 0;
    const onProgress = (more: number) => {
      if (this.#isClosed) throw new Error("the server was stopped");
      bytes += more;
      this.#running = { ...running, bytes };
    };
    try {
      const options = { at: startedAt, madeBy: VERSION, onProgress };
      await writeArchive(this.#path(id), files, options);
      this.#failed = undefined;
      await this.#record(THE_HOUSE, "backup.done", id);
    } catch (reason) {
      const detail = reason instanceof Error ? reason.message : String(reason);
      log.error("a backup failed", { id, reason: detail });
      this.#failed = { ...running, state: "failed", bytes, detail };
    } finally {
      this.#running = undefined;
      await release().catch((reason) => log.error("not released", { reason: String(reason) }));
    }
  }

  async #record(actor: Actor, kind: string, id: string): Promise<void> {
    await this.#parts.journal.record({ actor, kind, subject: `backup:${id}`, detail: {} });
  }

  #path(id: string): string {
    return join(this.#folder, `fieldline-${id}.tar`);
  }
}

/** Certificates, sessions of MQTT, and what rooms to come may keep. */
function isOfOtherRooms(name: string): boolean {
  return isArchivable(name) && !/^(history\/|backups\/|fieldline\.db|.*\.part$)/.test(name);
}

function below(folder: string, { files, release }: Held): Held {
  return { release, files: files.map((file) => ({ ...file, name: `${folder}/${file.name}` })) };
}

async function refusalOf(
  folder: string,
  files: readonly HeldFile[],
  left: number,
): Promise<Problem | undefined> {
  const { bavail, bsize } = await statfs(folder);
  const room = Math.min(left, bavail * bsize);
  const needed = files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (needed < room) return undefined;
  return problem("disk_full", `the backup takes ${needed} bytes, there is room for ${room}`);
}

function unknown(id: string) {
  return failure(problem("backup_unknown", `no backup '${id}'`));
}
