import { type FileHandle, open, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Actor, NewEvent } from "../domain/event.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { knownTrouble } from "../historian/historian.ts";
import { AssertionError } from "../lib/assert.ts";
import type { Clock } from "../lib/clock.ts";
import type { JsonObject } from "../lib/json.ts";
import type { Log } from "../lib/log.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { type Look, lookAt } from "./guess.ts";
import type { Import, NewImport, WalkWish } from "./import.ts";
import { openTable, TableError, type TableFile } from "./table-file.ts";
import { type Mark, newReport, type Report } from "./tally.ts";
import { type Hands, type Walked, walk } from "./walk.ts";

/** What has become of one file. */
export type JobState =
  | "receiving"
  | "looked-at"
  | "checking"
  | "checked"
  | "storing"
  | "stored"
  | "stopped"
  | "failed";

type JobParts = {
  readonly folder: string;
  readonly record: (event: NewEvent) => Promise<unknown>;
  readonly clock: Clock;
  readonly log: Log;
};

/** A file on its way in. */
export class ImportJob {
  readonly id: string;
  readonly name: string;
  /** When somebody wanted something of it last. */
  askedAt: number;
  readonly #wish: NewImport;
  readonly #parts: JobParts;
  readonly #path: string;
  #file: FileHandle | undefined;
  #received = 0;
  #isWriting = false;
  #state: JobState = "receiving";
  #detail = "";
  #table: TableFile | undefined;
  #look: Look | null = null;
  #report: Report | null = null;
  #by: Actor | null = null;
  #isStopped = false;
  #walking: Promise<void> = Promise.resolve();

  static async begin(id: string, wish: NewImport, parts: JobParts): Promise<ImportJob> {
    const path = join(parts.folder, `${id}.part`);
    return new ImportJob(id, wish, parts, await open(path, "wx", 0o600));
  }

  private constructor(id: string, wish: NewImport, parts: JobParts, file: FileHandle) {
    this.id = id;
    this.name = wish.name;
    this.askedAt = parts.clock.monotonic();
    this.#wish = wish;
    this.#parts = parts;
    this.#path = join(parts.folder, `${id}.part`);
    this.#file = file;
  }

  get isAtWork(): boolean {
    return this.#state === "checking" || this.#state === "storing";
  }

  /** As it is, for somebody who wants something of it. */
  view(): Import {
    this.askedAt = this.#parts.clock.monotonic();
    return this.look();
  }

  look(): Import {
    const { name, bytes } = this.#wish;
    return {
      ...{ id: this.id, name, bytes, received: this.#received, state: this.#state },
      by: this.#by,
      done: this.isAtWork ? (this.#table?.done ?? 0) : 1,
      ...{ look: this.#look, report: this.#report, detail: this.#detail },
    };
  }

  /** A part that came already is taken for what it is: its sender has not heard of that. */
  async add(at: number, bytes: Uint8Array): Promise<Outcome<Import, Problem>> {
    if (at + bytes.length === this.#received && !this.#isWriting) return success(this.view());
    if (!this.#file || this.#isWriting || at !== this.#received) {
      return failure(problem("request_invalid", `at: the next byte is ${this.#received}`));
    }
    if (at + bytes.length > this.#wish.bytes) {
      return failure(problem("request_invalid", `more than the ${this.#wish.bytes} bytes told`));
    }
    this.#isWriting = true;
    try {
      await this.#file.writeFile(bytes);
      this.#received += bytes.length;
      if (this.#received === this.#wish.bytes) await this.#lookAt();
    } finally {
      this.#isWriting = false;
    }
    return success(this.view());
  }

  walk(wish: WalkWish, hands: Hands): Outcome<Import, Problem> {
    const [table, look] = [this.#table, this.#look];
    if (!table || !look || this.isAtWork) {
      return failure(problem("import_running", `${this.name} is ${this.#state}`));
    }
    this.#state = wish.mode === "check" ? "checking" : "storing";
    this.#by = wish.actor;
    this.#isStopped = false;
    this.#detail = "";
    this.#report = null;
    this.#walking = this.#walk(table, look, wish, hands);
    return success(this.view());
  }

  /** Settles when nothing more will be stored. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#walking;
  }

  async close(): Promise<void> {
    await this.stop();
    await this.#file?.close();
    await rm(this.#path, { force: true });
  }

  async #lookAt(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    try {
      this.#table = await openTable(this.#path);
      this.#look = await lookAt(this.#table, this.#wish.zone);
      this.#state = "looked-at";
    } catch (reason) {
      if (!(reason instanceof TableError)) throw reason;
      this.#fail(reason.message);
    }
  }

  async #walk(
    table: TableFile,
    { columns }: Look,
    { mode, reading, actor }: WalkWish,
    hands: Hands,
  ): Promise<void> {
    const isStoring = mode !== "check";
    const { clock, log } = this.#parts;
    try {
      if (isStoring) await this.#begin(actor);
      const walked = await walk({
        ...{ table, columns, mode, reading, hands },
        now: clock.now(),
        isStopped: () => this.#isStopped,
        onProgress: (report) => {
          this.#report = report;
        },
      }).catch((reason) => broken(reason, this.#report));
      this.#report = walked.report;
      if (isStoring) await this.#tell(actor, walked);
      this.#end(walked, isStoring);
    } catch (reason) {
      if (reason instanceof AssertionError) throw reason;
      log.error("an import failed", { id: this.id, reason: String(reason) });
      this.#fail("what was stored could not be written into the journal");
    }
  }

  /** In the journal first: who brought samples stays known, even if the power goes in between. */
  async #begin(actor: Actor): Promise<void> {
    const { bytes } = this.#wish;
    const mark = { file: this.name, by: actor.name };
    await writeFile(this.#mark, JSON.stringify(mark), { mode: 0o600 });
    await this.#record(actor, "history.import-began", { bytes });
  }

  async #tell(actor: Actor, { report, end }: Walked): Promise<void> {
    const kind = end.ok ? KINDS[end.value] : "history.import-failed";
    const reason = end.ok ? {} : { reason: end.problem.detail };
    await this.#record(actor, kind, { ...told(report), ...reason });
    await rm(this.#mark, { force: true });
  }

  #end({ end }: Walked, isStoring: boolean): void {
    if (!end.ok) this.#fail(end.problem.detail);
    else if (end.value === "stopped") this.#state = "stopped";
    else this.#state = isStoring ? "stored" : "checked";
  }

  #fail(detail: string): void {
    this.#state = "failed";
    this.#detail = detail;
  }

  /** Is there while it is not known how it ended. */
  get #mark(): string {
    return join(this.#parts.folder, `${this.id}.storing.part`);
  }

  async #record(actor: Actor, kind: string, detail: JsonObject): Promise<void> {
    const event = { actor, kind, subject: `import:${this.id}` };
    await this.#parts.record({ ...event, detail: { file: this.name, ...detail } });
  }
}

const KINDS = { whole: "history.imported", stopped: "history.import-stopped" } as const;

/** What the historian threw: what it had taken before that is stored. */
function broken(reason: unknown, report: Report | null): Walked {
  if (reason instanceof AssertionError) throw reason;
  const trouble = knownTrouble(reason) ?? problem("historian_failed", String(reason));
  return { report: report ?? newReport(), end: failure(trouble) };
}

function told({ rows, refused, tooOld, series }: Report): JsonObject {
  const stored = series.filter(({ target, samples }) => target && samples > 0);
  const sum = (mark: Mark) => stored.reduce((count, one) => count + one[mark], 0);
  const times = stored.flatMap(({ from, to }) => [from, to]);
  return {
    ...{ rows, points: stored.length, new: sum("fresh"), corrected: sum("corrected") },
    ...{ same: sum("same"), unknown: sum("unknown"), refused, tooOld },
    ...(times.length > 0 && {
      from: new Date(Math.min(...times)).toISOString(),
      to: new Date(Math.max(...times)).toISOString(),
    }),
  };
}
