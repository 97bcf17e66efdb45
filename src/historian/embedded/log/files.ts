import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { dirname, resolve } from "node:path";

/** What the log asks of the disk, so that a test can be a disk that fails. */
export type Files = {
  open(path: string, flags: "r+" | "wx"): number;
  /** All of the bytes, or it throws. */
  write(file: number, bytes: Uint8Array, position: number): void;
  /** Settles when what was written survives a power cut; other work goes on meanwhile. */
  sync(file: number): Promise<void>;
  /** The same, and nothing goes on meanwhile. */
  syncContents(file: number): void;
  /** The same for contents and size. */
  syncNow(file: number): void;
  /** Names are safe only when their folder is. */
  syncFolder(path: string): void;
  close(file: number): void;
  /** Nothing is left of what was in it. */
  empty(path: string): void;
  /** It ends here; the disk has back what was behind. */
  cut(path: string, bytes: number): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
};

/** Makes the folder and those above it, and sees to it that they outlive a power cut. */
export function makeFolder(path: string, files: Files): void {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = resolve(path); made.length >= first.length; made = dirname(made)) {
    files.syncFolder(dirname(made));
  }
}

/** Part of a file, or less where it ends. */
export function readPart(path: string, offset: number, length: number): Buffer {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
  } finally {
    closeSync(file);
  }
}

export const diskFiles: Files = {
  open: (path, flags) => openSync(path, flags, 0o600),
  write(file, bytes, position) {
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(file, bytes, done, bytes.length - done, position + done);
    }
  },
  sync: (file) =>
    new Promise((resolve, reject) => {
      fdatasync(file, (reason) => (reason ? reject(reason) : resolve()));
    }),
  syncContents: fdatasyncSync,
  syncNow: fsyncSync,
  syncFolder(path) {
    const folder = openSync(path, "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  },
  close: closeSync,
  empty: (path) => truncateSync(path),
  cut: truncateSync,
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true }),
};
