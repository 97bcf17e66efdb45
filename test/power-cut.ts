import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What has to be traced, with `strace -f -y -xx -s <much> -e trace=<these>`. */
export const CALLS = "openat,write,pwrite64,fsync,fdatasync,ftruncate,rename,unlink,mkdir";

/** One successful call, in the order of their ends. */
type Call = {
  readonly name: string;
  /** How many calls had ended when this one began. */
  readonly begun: number;
  readonly path: string;
  /** The new name. */
  readonly to?: string;
  readonly bytes?: Buffer;
  /** Where to, or the new length. */
  readonly offset?: number;
};

type Change = {
  readonly index: number;
  readonly offset: number;
  readonly bytes: Buffer | undefined;
};
/** `length` is how long it is where nothing is lost. */
type File = { readonly changes: Change[]; synced: number; length: number };
/** A name was given to a file or a folder, or taken away. */
type Naming = { readonly index: number; readonly path: string; readonly file: Named | undefined };
type Named = File | "folder";

/** Blocks reach a disk one by one. */
const BLOCK_BYTES = 4_096;

type CutOptions = {
  readonly random: () => number;
  /** False plays a disk whose syncs do nothing. */
  readonly keepsPromises: boolean;
};

/**
 * A disk that loses power, played back from what a process asked of it. What was synced is there;
 * of what was not, chance decides for each block. Names are there if their folder was synced after
 * them, later ones up to a point that chance chooses.
 */
export class Playback {
  readonly #folder: string;
  readonly #calls: readonly Call[];

  constructor(trace: string, folder: string) {
    this.#folder = folder;
    this.#calls = readTrace(
      trace,
      // What compiles TypeScript is a process of its own, and has a standard output, too.
      ({ name, path }, thread) =>
        name === "say"
          ? trace.startsWith(`${thread} `)
          : path.startsWith(folder) || folder.startsWith(path),
    );
  }

  get length(): number {
    return this.#calls.length;
  }

  /** What the process had said on its standard output by then. */
  said(cut: number): string {
    const said = this.#calls.slice(0, cut).filter(({ name }) => name === "say");
    return said.map(({ bytes }) => bytes?.toString() ?? "").join("");
  }

  /** What it had said when the last sync began, of those of such a file that had ended by then. */
  saidBeforeSync(cut: number, isMeant: (path: string) => boolean): string {
    const syncs = this.#calls
      .slice(0, cut)
      .filter(({ name, path }) => name === "sync" && isMeant(path));
    return this.said(Math.max(0, ...syncs.map(({ begun }) => begun)));
  }

  /** Writes what is left after so many calls into another folder. */
  restore(cut: number, into: string, { random, keepsPromises }: CutOptions): void {
    const disk = new Disk(keepsPromises);
    for (const [index, call] of this.#calls.slice(0, cut).entries()) disk.take(call, index);
    mkdirSync(into, { recursive: true });
    const names = disk.names(random);
    for (const path of [...names.keys()].toSorted()) {
      const target = join(into, path.slice(this.#folder.length));
      const file = names.get(path);
      // What lies in a folder whose own name is lost is lost with it.
      if (path !== this.#folder && !names.has(dirname(path))) names.delete(path);
      else if (file === "folder") mkdirSync(target, { recursive: true });
      else if (file) writeFileSync(target, contentOf(file, random));
    }
  }
}

class Disk {
  readonly #keepsPromises: boolean;
  readonly #now = new Map<string, Named>();
  readonly #namings: Naming[] = [];
  /** Up to which call the names in a folder are safe. */
  readonly #folders = new Map<string, number>();

  constructor(keepsPromises: boolean) {
    this.#keepsPromises = keepsPromises;
  }

  take({ name, path, to = "", begun, bytes, offset = 0 }: Call, index: number): void {
    const file = this.#now.get(path);
    switch (name) {
      case "mkdir":
        this.#name(index, path, "folder");
        break;
      case "create":
        this.#name(index, path, file ?? { changes: [], synced: 0, length: 0 });
        break;
      case "rename":
        this.#name(index, to, file);
        this.#name(index, path, undefined);
        break;
      case "unlink":
        this.#name(index, path, undefined);
        break;
      case "sync":
        this.#sync(path, begun);
        break;
      default:
        if (typeof file === "object") change(file, { index, offset, bytes }, name === "append");
    }
  }

  /** Those that are safe, and those that chance adds: in each folder up to some later moment. */
  names(random: () => number): Map<string, Named> {
    const ends = new Map<string, number>();
    const names = new Map<string, Named>();
    const last = this.#namings.at(-1)?.index ?? 0;
    for (const { index, path, file } of this.#namings) {
      const safe = this.#folders.get(dirname(path)) ?? 0;
      const end = ends.get(dirname(path)) ?? safe + random() * Math.max(0, last + 1 - safe);
      ends.set(dirname(path), end);
      if (index >= end) continue;
      if (file) names.set(path, file);
      else names.delete(path);
    }
    return names;
  }

  #name(index: number, path: string, file: Named | undefined): void {
    if (file) this.#now.set(path, file);
    else this.#now.delete(path);
    this.#namings.push({ index, path, file });
  }

  #sync(path: string, begun: number): void {
    if (!this.#keepsPromises) return;
    const file = this.#now.get(path);
    if (typeof file === "object") file.synced = Math.max(file.synced, begun);
    else this.#folders.set(path, begun);
  }
}

function change(file: File, { index, offset, bytes }: Change, isAppended: boolean): void {
  const start = isAppended ? file.length : offset;
  file.changes.push({ index, offset: start, bytes });
  file.length = bytes ? Math.max(file.length, start + bytes.length) : start;
}

function contentOf({ changes, synced }: File, random: () => number): Buffer {
  let content: Buffer = Buffer.alloc(0);
  for (const { index, offset, bytes } of changes) {
    const remains = () => index < synced || random() < 0.5;
    if (bytes) content = written(content, bytes, offset, remains);
    else if (remains()) content = resized(content, offset);
  }
  return content;
}

function written(content: Buffer, bytes: Buffer, offset: number, remains: () => boolean): Buffer {
  let result = content;
  for (let start = 0; start < bytes.length; ) {
    const inBlock = BLOCK_BYTES - ((offset + start) % BLOCK_BYTES);
    const end = Math.min(start + inBlock, bytes.length);
    if (remains()) {
      if (result.length < offset + end) result = resized(result, offset + end);
      bytes.copy(result, offset + start, start, end);
    }
    start = end;
  }
  return result;
}

function resized(content: Buffer, length: number): Buffer {
  return Buffer.concat([content, Buffer.alloc(Math.max(0, length - content.length))], length);
}

const UNFINISHED = " <unfinished ...>";

type IsMeant = (call: Call, thread: string) => boolean;

/** Calls of several threads overlap: one that was interrupted by others is two lines. */
function readTrace(trace: string, isMeant: IsMeant): Call[] {
  const calls: Call[] = [];
  const unfinished = new Map<string, { readonly text: string; readonly begun: number }>();
  for (const line of trace.split("\n")) {
    const [, thread = "", said = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (said.endsWith(UNFINISHED)) {
      unfinished.set(thread, { text: said.slice(0, -UNFINISHED.length), begun: calls.length });
      continue;
    }
    const rest = /^<\.\.\. \w+ resumed>(.*)$/.exec(said)?.[1];
    const start = rest === undefined ? undefined : unfinished.get(thread);
    const call = callOf((start?.text ?? "") + (rest ?? said), start?.begun ?? calls.length);
    if (call && isMeant(call, thread)) calls.push(call);
  }
  return calls;
}

function callOf(text: string, begun: number): Call | undefined {
  const [, name = "", args = "", result = ""] = /^(\w+)\((.*)\) += (-?\d+)/.exec(text) ?? [];
  if (name === "" || Number(result) < 0) return undefined;
  const strings = [...args.matchAll(/"([^"]*)"/g)].map(([, hex = ""]) => bytesOf(hex));
  const path = bytesOf(/^\d+<([^>]*)>/.exec(args)?.[1] ?? "").toString() || `${strings[0] ?? ""}`;
  const last = Number(/(\d+)$/.exec(args)?.[1]);
  switch (name) {
    case "openat":
      return args.includes("O_CREAT")
        ? { name: "create", path: `${strings[0]}`, begun }
        : undefined;
    case "pwrite64":
      return { name, path, begun, bytes: cut(strings[0], result), offset: last };
    case "write": {
      const own = /^1</.test(args) ? "say" : "append";
      return { name: own, path, begun, bytes: cut(strings[0], result) };
    }
    case "ftruncate":
      return { name, path, begun, offset: last };
    case "fsync":
    case "fdatasync":
      return { name: "sync", path, begun };
    default:
      return { name, path, begun, ...(strings[1] && { to: `${strings[1]}` }) };
  }
}

function cut(bytes: Buffer | undefined, written: string): Buffer {
  assert.ok(bytes && bytes.length >= Number(written), "the trace holds all that was written");
  return bytes.subarray(0, Number(written));
}

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll("\\x", ""), "hex");
}
