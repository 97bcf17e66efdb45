import { randomUUID } from "node:crypto";
import { link, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** A private key is nobody else's business. */
const OWNER_ONLY = 0o600;

/** Undefined where there is none. */
export async function readPrivateFile(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch((reason: NodeJS.ErrnoException) => {
    if (reason.code === "ENOENT") return undefined;
    throw new Error(`cannot read ${file}`, { cause: reason });
  });
}

/** Settles when the file will survive a power cut; a crash before leaves what was there. */
export function replacePrivateFile(file: string, text: string): Promise<void> {
  return place(file, text, (draft) => rename(draft, file));
}

/** Like `replacePrivateFile`, but leaves alone what another process was quicker to write. */
export function addPrivateFile(file: string, text: string): Promise<void> {
  return place(file, text, async (draft) => {
    await link(draft, file).catch((reason: NodeJS.ErrnoException) => {
      if (reason.code !== "EEXIST") throw reason;
    });
    await rm(draft);
  });
}

async function place(
  file: string,
  text: string,
  move: (draft: string) => Promise<void>,
): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  const handle = await open(draft, "wx", OWNER_ONLY);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await move(draft);
  const folder = await open(dirname(file), "r");
  await folder.sync();
  await folder.close();
}
