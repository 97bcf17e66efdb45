import { closeSync, fdatasync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";

/** What the log asks of the disk, so that a test can be a disk that fails. */
export type Files = {
  open(path: string, flags: "r+" | "wx"): number;
  /** All of the bytes, or it throws. */
  write(file: number, bytes: Uint8Array, position: number): void;
  /** Settles when what was written survives a power cut; other work goes on meanwhile. */
  sync(file: number): Promise<void>;
  /** The same for contents and size, at once. */
  syncNow(file: number): void;
  /** Names are safe only when their folder is. */
  syncFolder(path: string): void;
  close(file: number): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
};

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
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true }),
};
