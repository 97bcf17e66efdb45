import { type FileHandle, open, readdir } from "node:fs/promises";
import { join } from "node:path";

/** Files that together are one state of something, and stay as they are until released. */
export type Held = {
  readonly files: readonly HeldFile[];
  readonly release: () => Promise<void>;
};

export type HeldFile = {
  /** Below the folder that all of them belong to, with `/`. */
  readonly name: string;
  readonly path: string;
  /** So many from its beginning; what lies behind them is not part of the state. */
  readonly bytes: number;
  /** Where the name may be taken away meanwhile: the file itself. */
  readonly handle?: FileHandle;
};

/**
 * Holds a folder whose files are only appended to, replaced as a whole or removed. What comes later
 * is left out; a file that goes meanwhile stays open until it is released.
 */
export async function holdFolder(
  folder: string,
  isWanted: (name: string) => boolean,
): Promise<Held> {
  const files: Required<HeldFile>[] = [];
  const release = async () => {
    for (const { handle } of files) await handle.close();
  };
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((one) => one.isFile())) {
      const path = join(entry.parentPath, entry.name);
      const name = path.slice(join(folder, "/").length).replaceAll("\\", "/");
      const handle = isWanted(name) ? await openIfThere(path) : undefined;
      if (handle) files.push({ name, path, bytes: (await handle.stat()).size, handle });
    }
    return { files, release };
  } catch (reason) {
    await release();
    throw reason;
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (reason) {
    if (reason instanceof Error && "code" in reason && reason.code === "ENOENT") return undefined;
    throw reason;
  }
}
