import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Timestamp } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { KeptFile } from "../domain/records.ts";
import { newId } from "../lib/id.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { syncFolder } from "../lib/sync-folder.ts";
import type { Store } from "../store/store.ts";

/** Files that devices and programs hand in: rows in the store, bytes in a folder. */
export interface Files {
  /**
   * Settles when the file will survive a power cut. One of the same subject and path is replaced:
   * until then it is what it was, and whoever reads it reads it to its end.
   */
  put(wish: NewFile, content: Content): Promise<Outcome<KeptFile, Problem>>;
  get(id: string): Promise<KeptFile | undefined>;
  find(subject: string, path: string): Promise<KeptFile | undefined>;
  /** Newest first. */
  list(subject: string): Promise<readonly KeptFile[]>;
  /** All of it, or the bytes from `start` to `end`, both among them. */
  read(file: KeptFile, span?: Span): Readable;
  remove(file: KeptFile): Promise<void>;
}

type NewFile = Pick<KeptFile, "subject" | "path" | "by"> &
  Partial<Pick<KeptFile, "type" | "description" | "madeAt">>;

type Span = { readonly start: number; readonly end: number };

type Content = Uint8Array | AsyncIterable<Uint8Array>;

type FilesParts = {
  readonly store: Store;
  readonly folder: string;
  readonly now: () => number;
};

/** Throws where the folder cannot be read or written. */
export async function openFiles({ store, folder, now }: FilesParts): Promise<Files> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const rows = await store.files.find();
  await sweep(folder, new Set(rows.map(({ id }) => id)));
  let count = rows.length;
  let bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
  const find = async (subject: string, path: string) => {
    const [row] = await store.files.find({ where: { subject, path }, limit: 1 });
    return row;
  };
  const drop = async ({ id }: KeptFile) => rm(join(folder, id), { force: true });
  return {
    async put(wish, content) {
      const fault = faultOf(wish) ?? (count >= LIMIT.files ? "as many files as may be" : undefined);
      if (fault) return failure(problem("file_refused", fault));
      const id = newId(now());
      const room = Math.min(LIMIT.fileBytes, LIMIT.filesBytes - bytes);
      const written = await write(join(folder, id), content, room);
      if (!written.ok) return written;
      await syncFolder(folder);
      const { row, former } = await store.together(async () => {
        const former = await find(wish.subject, wish.path);
        const row = rowOf(wish, { id, bytes: written.value, at: now() as Timestamp }, former);
        if (former) await store.files.remove({ id: former.id });
        await store.files.put(row);
        return { row, former };
      });
      count += former ? 0 : 1;
      bytes += row.bytes - (former?.bytes ?? 0);
      if (former) await drop(former);
      return success(row);
    },
    get: (id) => store.files.get(id),
    find,
    list: (subject) => store.files.find({ where: { subject }, descending: true }),
    read: ({ id }, span) => createReadStream(join(folder, id), span),
    async remove(file) {
      if ((await store.files.remove({ id: file.id })) === 0) return;
      count -= 1;
      bytes -= file.bytes;
      await drop(file);
    },
  };
}

/** A path is a place in a list, never one on the disk; it shall look like one all the same. */
const UNFIT_PATH = /\p{C}|\\|(^|\/)(\.{0,2})(\/|$)/u;

function faultOf({ path }: NewFile): string | undefined {
  if (path.length > LIMIT.fileNameChars) {
    return `a name has at most ${LIMIT.fileNameChars} characters`;
  }
  return UNFIT_PATH.test(path) ? `'${path}' is no name of a file` : undefined;
}

/** Under a draft's name until it is whole and on the disk. Settles with how many bytes it has. */
async function write(
  path: string,
  content: Content,
  bytesMax: number,
): Promise<Outcome<number, Problem>> {
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, "wx", 0o600);
  let bytes = 0;
  try {
    for await (const chunk of content instanceof Uint8Array ? [content] : content) {
      bytes += chunk.length;
      if (bytes > bytesMax) break;
      await file.writeFile(chunk);
    }
    if (bytes <= bytesMax) await file.sync();
  } catch (reason) {
    await rm(draft, { force: true });
    throw reason;
  } finally {
    await file.close();
  }
  if (bytes > bytesMax) {
    await rm(draft);
    return failure(
      problem("file_refused", `more than the ${bytesMax} bytes that there is room for`),
    );
  }
  await rename(draft, path);
  return success(bytes);
}

type Written = { readonly id: string; readonly bytes: number; readonly at: Timestamp };

function rowOf(
  { subject, path, by, type = "", description = "", madeAt = null }: NewFile,
  { id, bytes, at }: Written,
  former: KeptFile | undefined,
): KeptFile {
  return {
    ...{ id, subject, path, type, description, bytes, by, madeAt },
    createdAt: former?.createdAt ?? at,
    updatedAt: at,
    etag: former ? former.etag + 1 : 0,
  };
}

/** What a power cut left behind belongs to nobody. */
async function sweep(folder: string, known: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!known.has(name)) await rm(join(folder, name), { force: true });
  }
}
