import { createHash, type Hash } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Problem, problem } from "../domain/problem.ts";
import type { HeldFile } from "../lib/held.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { syncFolder } from "../lib/sync-folder.ts";
import { readTarHeader, TAR_BLOCK, TAR_NAME_BYTES, tarHeader, tarPadding } from "../lib/tar.ts";

/*
 * A backup: a tar file (lib/tar.ts) of a data folder. Its last member, manifest.json, names all the
 * others with the SHA-256 of their bytes; without it the file was cut off.
 */
export type Manifest = {
  readonly format: "fieldline backup";
  readonly version: 1;
  /** When it was begun, ISO 8601, and by which Fieldline. */
  readonly at: string;
  readonly madeBy: string;
  readonly files: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly sha256: string;
  }[];
};

type ArchiveOptions = {
  readonly at: number;
  readonly madeBy: string;
  readonly onProgress: OnProgress;
};

/** Called with the bytes of each piece that is done. */
type OnProgress = (bytes: number) => void;

const MANIFEST = "manifest.json";
const VERSION = 1;
const BUFFER_BYTES = 256 * 1024;
/** Passwords' hashes and private keys are in it. */
const OWNER_ONLY = 0o600;
/** Nothing outside the folder, whatever an archive says. */
const SAFE_NAME = /^(?!.*(^|\/)\.\.?(\/|$))[\w.-]+(\/[\w.-]+)*$/;

/** Whether a file of this name can be in a backup. */
export function isArchivable(name: string): boolean {
  return SAFE_NAME.test(name) && name.length <= TAR_NAME_BYTES;
}

/** Writes them to a new file, which has its name only when it is whole and on the disk. */
export async function writeArchive(
  path: string,
  files: readonly HeldFile[],
  options: ArchiveOptions,
): Promise<Manifest> {
  const draft = `${path}.part`;
  const target = await open(draft, "wx", OWNER_ONLY);
  try {
    const manifest = await fill(target, files, options);
    await target.sync();
    await rename(draft, path);
    await syncFolder(dirname(path));
    return manifest;
  } catch (reason) {
    await rm(draft, { force: true });
    throw reason;
  } finally {
    await target.close();
  }
}

/** Reads all of it and compares each byte's checksum with what the manifest says. */
export async function verifyArchive(
  path: string,
  onProgress: OnProgress,
): Promise<Outcome<Manifest, Problem>> {
  return reading(path, (file) => verified(file, async () => {}, onProgress));
}

/** Writes what was verified before into a folder; everything in it is on the disk when settled. */
export async function extractArchive(
  path: string,
  folder: string,
  onProgress: OnProgress,
): Promise<Outcome<Manifest, Problem>> {
  const take: Take = async ({ name }, chunks) => {
    const target = join(folder, name);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    const handle = await open(target, "wx", OWNER_ONLY);
    try {
      for await (const chunk of chunks) await handle.writeFile(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await syncFolder(dirname(target));
  };
  return reading(path, (file) => verified(file, take, onProgress));
}

async function fill(
  target: FileHandle,
  files: readonly HeldFile[],
  { at, madeBy, onProgress }: ArchiveOptions,
): Promise<Manifest> {
  const listed: Manifest["files"][number][] = [];
  for (const file of files) {
    const { name, bytes } = file;
    await target.writeFile(tarHeader({ name, bytes }, at));
    const hash = createHash("sha256");
    for await (const chunk of heldBytes(file)) {
      hash.update(chunk);
      await target.writeFile(chunk);
      onProgress(chunk.length);
    }
    await target.writeFile(Buffer.alloc(tarPadding(bytes)));
    listed.push({ name, bytes, sha256: hash.digest("hex") });
  }
  const manifest: Manifest = {
    format: "fieldline backup",
    version: VERSION,
    at: new Date(at).toISOString(),
    madeBy,
    files: listed,
  };
  const text = Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`);
  await target.writeFile(tarHeader({ name: MANIFEST, bytes: text.length }, at));
  await target.writeFile(text);
  await target.writeFile(Buffer.alloc(tarPadding(text.length) + 2 * TAR_BLOCK));
  return manifest;
}

async function* heldBytes({ path, bytes, handle }: HeldFile): AsyncGenerator<Buffer> {
  const source = handle ?? (await open(path, "r"));
  try {
    yield* bytesOf(source, 0, bytes);
  } finally {
    if (source !== handle) await source.close();
  }
}

/** The buffer is used again for the next. */
async function* bytesOf(file: FileHandle, start: number, length: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.alloc(Math.min(length, BUFFER_BYTES));
  for (let done = 0; done < length; ) {
    const wanted = Math.min(buffer.length, length - done);
    const { bytesRead } = await file.read(buffer, 0, wanted, start + done);
    if (bytesRead === 0) throw new Error("the file ends too early");
    yield buffer.subarray(0, bytesRead);
    done += bytesRead;
  }
}

async function reading<T>(
  path: string,
  work: (file: FileHandle) => Promise<Outcome<T, Problem>>,
): Promise<Outcome<T, Problem>> {
  try {
    const file = await open(path, "r");
    try {
      return await work(file);
    } finally {
      await file.close();
    }
  } catch (reason) {
    return damaged(reason instanceof Error ? reason.message : String(reason));
  }
}

type Member = { readonly name: string; readonly bytes: number };
type Take = (member: Member, chunks: AsyncIterable<Buffer>) => Promise<void>;

async function verified(
  file: FileHandle,
  take: Take,
  onProgress: OnProgress,
): Promise<Outcome<Manifest, Problem>> {
  const found = new Map<string, string>();
  let text = "";
  for (let offset = 0; ; ) {
    const member = await memberAt(file, offset);
    if (!member) break;
    if (!SAFE_NAME.test(member.name)) return damaged(`a name in it is not safe: ${member.name}`);
    const body = bytesOf(file, offset + TAR_BLOCK, member.bytes);
    if (member.name === MANIFEST) text = Buffer.concat(await allOf(body)).toString();
    else {
      const hash = createHash("sha256");
      const hashed = throughHash(body, hash, onProgress);
      await take(member, hashed);
      for await (const _ of hashed); // What nobody took has to be read all the same.
      found.set(member.name, `${member.bytes} ${hash.digest("hex")}`);
    }
    offset += TAR_BLOCK + member.bytes + tarPadding(member.bytes);
  }
  return compared(text, found);
}

function compared(text: string, found: Map<string, string>): Outcome<Manifest, Problem> {
  if (text === "") return damaged("it has no manifest: it was cut off, or is no backup");
  const manifest = JSON.parse(text) as Manifest;
  if (manifest.format !== "fieldline backup" || manifest.version > VERSION) {
    return failure(problem("folder_newer", "a newer Fieldline made this backup"));
  }
  for (const { name, bytes, sha256 } of manifest.files) {
    if (found.get(name) !== `${bytes} ${sha256}`) return damaged(`${name} is damaged or missing`);
    found.delete(name);
  }
  const [more] = found.keys();
  return more === undefined ? success(manifest) : damaged(`${more} does not belong to it`);
}

async function memberAt(file: FileHandle, offset: number): Promise<Member | undefined> {
  const [block = Buffer.alloc(0)] = await allOf(bytesOf(file, offset, TAR_BLOCK));
  return readTarHeader(block);
}

async function* throughHash(
  chunks: AsyncIterable<Buffer>,
  hash: Hash,
  onProgress: OnProgress,
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    onProgress(chunk.length);
    yield chunk;
  }
}

async function allOf(chunks: AsyncIterable<Buffer>): Promise<Buffer[]> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(Buffer.from(chunk));
  return all;
}

function damaged(detail: string): Outcome<never, Problem> {
  return failure(problem("backup_damaged", detail));
}
