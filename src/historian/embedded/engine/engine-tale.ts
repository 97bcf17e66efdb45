import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Durability } from "../../../domain/durability.ts";
import { jsonLog, silentLog } from "../../../lib/log.ts";
import type { Damaged, Dropped, Mended, Missing } from "../../historian.ts";
import { rowsOf } from "../../tale.ts";
import { diskFiles, type Files } from "../log/files.ts";
import { Engine } from "./engine.ts";
import type { EngineParts } from "./engine-parts.ts";
import { QUIET } from "./quiet-tale.ts";

export const SIZES = {
  rowsFirst: 100,
  rowsMax: 100,
  segmentBytes: 4_096,
  chunkSamples: 16,
  outboxBytes: 1e9,
};

export const PARTS = { monotonic: () => performance.now(), ...QUIET };

type Wishes = Partial<typeof SIZES> & {
  readonly durability?: Durability;
  readonly files?: Files;
  readonly lines?: string[];
  readonly checkpoint?: (file: string) => Promise<void>;
  readonly onDropped?: (dropped: Dropped) => void;
  readonly onDamaged?: (damaged: Damaged) => void;
  readonly onMissing?: (missing: Missing) => void;
  readonly onMalformed?: (reason: string) => void;
  readonly onMended?: (mended: Mended) => void;
  readonly onDoubt?: (reason: string, isMalformed: boolean) => void;
  readonly startPacking?: EngineParts["startPacking"];
};

export function openEngine(
  folder: string,
  { files = diskFiles, lines, startPacking, ...wishes }: Wishes = {},
): Engine {
  const { monotonic, checkpoint, onDropped, onDamaged, ...rest } = { ...PARTS, ...wishes };
  const { onMissing, onMalformed, onMended, onDoubt, ...sizes } = rest;
  const log = lines
    ? jsonLog(
        (line) => lines.push(line),
        "info",
        () => 0,
      )
    : silentLog;
  const told = { onDropped, onDamaged, onMissing, onMalformed, onMended, onDoubt };
  const outward = { checkpoint, ...told, ...(startPacking && { startPacking }) };
  const parts = { files, log, monotonic, ...outward };
  const opened = Engine.open({ folder, ...SIZES, ...sizes }, parts);
  assert.ok(opened.ok, JSON.stringify(opened));
  return opened.value;
}

export function ofSeriesOne(engine: Engine) {
  return rowsOf(engine.range({ series: 1, from: 0, to: Number.MAX_VALUE, limit: 1_000_000 }));
}

/** A disk that keeps all but the database, from the moment that it `fails`. */
export function failingDisk(fails: () => boolean): Files {
  const ofDatabase = new Set<number>();
  const open: Files["open"] = (path, flags) => {
    const file = diskFiles.open(path, flags);
    if (path.endsWith("-wal")) ofDatabase.add(file);
    else ofDatabase.delete(file);
    return file;
  };
  const sync: Files["sync"] = (file) =>
    ofDatabase.has(file) && fails() ? Promise.reject(new Error("EIO")) : diskFiles.sync(file);
  return { ...diskFiles, open, sync };
}

/** What a process that ends here leaves behind. */
export function crashImage(folder: string, name: string): string {
  const [live, image] = [join(folder, "live"), join(folder, name)];
  mkdirSync(image);
  for (const entry of ["log", "outbox"]) copy(join(live, entry), join(image, entry));
  // Another thread may write to the database meanwhile: only what stands still is of one moment.
  for (let tries = 0; ; tries += 1) {
    assert.ok(tries < 1_000, "the database never stands still");
    const [before, after] = [databaseIn(live), databaseIn(live)];
    if (!before.every((bytes, index) => bytes.equals(after[index] ?? NOTHING))) continue;
    for (const [index, file] of DATABASE.entries()) {
      writeFileSync(join(image, file), before[index] ?? NOTHING);
    }
    return image;
  }
}

const DATABASE = ["history.db", "history.db-wal"];
const NOTHING = Buffer.alloc(0);

/** Read, not copied: the copying of a file that another thread empties never ends in Node 20. */
function databaseIn(folder: string): Buffer[] {
  return DATABASE.map((file) => join(folder, file)).map((path) =>
    existsSync(path) ? readFileSync(path) : NOTHING,
  );
}

function copy(from: string, to: string): void {
  if (existsSync(from)) cpSync(from, to, { recursive: true });
}
