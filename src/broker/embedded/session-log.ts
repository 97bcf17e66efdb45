import { type FileHandle, mkdir, open, readdir, readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Durability } from "../../domain/durability.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { BrokerParts } from "../broker.ts";
import { Disk } from "./disk.ts";
import { bodiesOf } from "./session-record.ts";
import type { OnTrouble } from "./troubles.ts";

type LogParts = Pick<BrokerParts, "clock" | "gauges" | "log"> & {
  readonly onTrouble: OnTrouble;
  /** Fallback: synced. */
  readonly durability?: Durability;
};

/** Called for each record that is there at the start, in the order in which they were written. */
type Replay = (body: Buffer, segment: number) => void;

type Segment = { readonly number: number; bytes: number };

// The log of sessions: segments `sessions-0000000001.log`, numbered upwards. Each begins with
//   0  6 bytes  "FLSESS"
//   6  u16      version: 2; of those of version 1 messages do not say when they were written
// and holds records (session-record.ts) from byte 8 on. A start never appends to a segment of
// the process before: what was cut off at its end stays there, and was never acknowledged.

const NAME = /^sessions-(\d{10})\.log$/;
const VERSION = 2;
const MAGIC = Buffer.from("FLSESS");
const HEADER = Buffer.concat([MAGIC, Buffer.from([0, VERSION])]);
const SEGMENT_BYTES = 8 * 1024 * 1024;
const RETRY_MS = 1_000;

/**
 * Continuous group commit: while one write is on its way to the disk, all that comes forms the
 * next. Nobody is told that a write failed: it is repeated in a new segment until it succeeds, for
 * after a failed sync nothing is known of the old one. Until then nothing is acknowledged.
 */
export class SessionLog {
  /** Called when a segment was begun: an old one may be due. */
  onSegment: () => void = () => {};
  readonly #folder: string;
  readonly #parts: LogParts;
  readonly #disk: Disk;
  #segments: Segment[] = [];
  #handle: FileHandle | null = null;
  #number = 1;
  #pending: Buffer[] = [];
  #waiting: ((isSafe: boolean) => void)[] = [];
  #isWriting = false;
  #isClosing = false;
  #writing: Promise<void> = Promise.resolve();

  private constructor(folder: string, parts: LogParts) {
    this.#folder = folder;
    this.#parts = parts;
    this.#disk = new Disk(parts.durability ?? "synced");
  }

  static async open(
    folder: string,
    parts: LogParts,
    replay: Replay,
  ): Promise<Outcome<SessionLog, Problem>> {
    const log = new SessionLog(folder, parts);
    try {
      await mkdir(folder, { recursive: true });
      for (const name of (await readdir(folder)).toSorted()) {
        const found = NAME.exec(name)?.[1];
        const read = found ? await log.#read(name, Number.parseInt(found, 10), replay) : null;
        if (read && !read.ok) return read;
      }
      return success(log);
    } catch (error) {
      return failure(problem("folder_unreadable", `${folder}: ${String(error)}`));
    }
  }

  /** The segment that new records go to, or one before it. */
  get segment(): number {
    return this.#number;
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  append(record: Buffer): void {
    this.#pending.push(record);
    if (!this.#isWriting) this.#writing = this.#write();
  }

  /** Calls when all that was appended is safe; at once where it is. */
  whenSafe(call: () => void): void {
    if (!this.#isWriting) call();
    else this.#waiting.push((isSafe) => isSafe && call());
  }

  /** The same; rejects only where the log is closed before the disk is well again. */
  async safe(): Promise<void> {
    if (!this.#isWriting) return;
    const isSafe = await new Promise<boolean>((resolve) => this.#waiting.push(resolve));
    if (!isSafe) throw new Error("sessions could not be written");
  }

  /** From now on a write that fails is not repeated. */
  beginClosing(): void {
    this.#isClosing = true;
  }

  /** Forgets the oldest segment: nothing in it is needed any more. */
  async drop(segment: number): Promise<void> {
    this.#segments = this.#segments.filter(({ number }) => number !== segment);
    await unlink(this.#path(segment)).catch((reason: unknown) => {
      this.#parts.log.warn("old sessions not removed", { segment, reason: String(reason) });
    });
  }

  async close(): Promise<void> {
    this.beginClosing();
    await this.#writing;
    if (this.#handle) await this.#disk.close(this.#handle);
    this.#handle = null;
  }

  async #read(name: string, number: number, replay: Replay): Promise<Outcome<void, Problem>> {
    const path = join(this.#folder, name);
    const bytes = await readFile(path);
    this.#number = number + 1;
    this.#segments.push({ number, bytes: bytes.length });
    // Without its header: begun, and cut off by the power before anything in it was synced.
    const header = bytes.subarray(0, HEADER.length);
    if (header.length < HEADER.length || header.every((byte) => byte === 0)) {
      return success(undefined);
    }
    if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
      return failure(problem("folder_unreadable", `${path} is no log of sessions`));
    }
    const version = bytes.readUInt16BE(MAGIC.length);
    if (version > VERSION) {
      return failure(problem("folder_newer", `${path} has version ${version}`));
    }
    for (const body of bodiesOf(bytes, HEADER.length)) replay(body, number);
    return success(undefined);
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    // All of this turn join the first write.
    await Promise.resolve();
    while (this.#pending.length > 0) {
      const bytes = Buffer.concat(this.#pending.splice(0));
      const waiting = this.#waiting.splice(0);
      const isSafe = await this.#saveAtLast(bytes);
      const isLast = this.#pending.length === 0 || !isSafe;
      // Some came during this write and appended nothing: they waited for it.
      if (isLast) waiting.push(...this.#waiting.splice(0));
      this.#isWriting = !isLast;
      for (const call of waiting) call(isSafe);
      // What they appended has begun a write of its own.
      if (isLast) return;
    }
  }

  /** False only where the log is being closed. */
  async #saveAtLast(bytes: Buffer): Promise<boolean> {
    let hasFailed = false;
    while (!(await this.#saved(bytes))) {
      if (this.#isClosing) return false;
      hasFailed = true;
      await new Promise<void>((resolve) => this.#parts.clock.after(RETRY_MS, resolve));
    }
    if (hasFailed) this.#parts.onTrouble(null);
    return true;
  }

  async #saved(bytes: Buffer): Promise<boolean> {
    try {
      const handle = this.#handle ?? (await this.#begin());
      await handle.appendFile(bytes);
      await this.#disk.sync(handle);
    } catch (reason) {
      this.#parts.gauges.add("mqtt_session_writes_failed_total");
      this.#parts.onTrouble(`sessions could not be written, ${String(reason)}`);
      this.#parts.log.error("sessions could not be written, nothing is acknowledged until then", {
        reason: String(reason),
      });
      await this.#leave();
      return false;
    }
    const segment = this.#segments.at(-1);
    if (segment) segment.bytes += bytes.length;
    if (segment && segment.bytes >= SEGMENT_BYTES) await this.#leave();
    return true;
  }

  async #begin(): Promise<FileHandle> {
    const number = this.#number;
    const handle = await open(this.#path(number), "wx");
    this.#handle = handle;
    this.#segments.push({ number, bytes: HEADER.length });
    await handle.appendFile(HEADER);
    const folder = await open(this.#folder, "r");
    await folder.sync().finally(() => folder.close());
    this.onSegment();
    return handle;
  }

  async #leave(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    this.#number += 1;
    if (handle) await this.#disk.close(handle).catch(() => {});
  }

  #path(number: number): string {
    return join(this.#folder, `sessions-${String(number).padStart(10, "0")}.log`);
  }
}
