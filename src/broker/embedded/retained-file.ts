import { type FileHandle, mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Durability } from "../../domain/durability.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { syncFolder } from "../../lib/sync-folder.ts";
import { Disk } from "./disk.ts";
import { NO_PROPERTIES } from "./publish-properties.ts";
import { type RoutedMessage, routedMessage } from "./routed-message.ts";

// retained.jsonl, one JSON object a line:
//   {"format":"fieldline retained messages","version":1}          the first line
//   {"topic","qos","payload"[,"properties"][,"expiresAt"]}        kept; bytes are base64
//   {"topic"}                                                     removed
// Lines are appended. A last line without its end was never acknowledged and is ignored.

type Line = {
  readonly topic: string;
  readonly qos?: 0 | 1 | 2;
  readonly payload?: string;
  readonly properties?: string;
  readonly expiresAt?: number;
};

const NAME = "retained.jsonl";
const VERSION = 1;
const HEADER = `${JSON.stringify({ format: "fieldline retained messages", version: VERSION })}\n`;
const REWRITE_BYTES_MIN = 1024 * 1024;

/** Retained messages on disk: what `append` and `rewrite` have settled is safe; see disk.ts. */
export class RetainedFile {
  readonly #folder: string;
  readonly #disk: Disk;
  #handle: FileHandle | null = null;
  #bytes = 0;
  #bytesRewritten = 0;

  constructor(folder: string, durability: Durability = "synced") {
    this.#folder = folder;
    this.#disk = new Disk(durability);
  }

  /** Most of what the file says is out of date, or its end is not to be trusted. */
  get needsRewrite(): boolean {
    if (this.#handle === null) return true;
    return this.#bytes > 2 * this.#bytesRewritten + REWRITE_BYTES_MIN;
  }

  /** What was kept, in the order in which it was; removals have an empty payload. */
  async read(): Promise<Outcome<readonly RoutedMessage[], Problem>> {
    const path = join(this.#folder, NAME);
    try {
      await mkdir(this.#folder, { recursive: true });
      return parse(path, await readFile(path, "utf8"));
    } catch (error) {
      if (isMissing(error)) return success([]);
      return failure(problem("folder_unreadable", `${path}: ${String(error)}`));
    }
  }

  async append(messages: readonly RoutedMessage[]): Promise<void> {
    const handle = this.#handle;
    if (handle === null) throw new Error("the file of retained messages is not open");
    const text = messages.map(lineOf).join("");
    // After a failed sync nobody knows what is in the file: the next one is a new file.
    this.#handle = null;
    try {
      await handle.appendFile(text);
      await this.#disk.sync(handle);
    } catch (cause) {
      await this.#disk.close(handle).catch(() => {});
      throw new Error("retained messages could not be written", { cause });
    }
    this.#handle = handle;
    this.#bytes += Buffer.byteLength(text);
  }

  /** Writes all anew beside the old file, and takes its place when it is safe. */
  async rewrite(messages: readonly RoutedMessage[]): Promise<void> {
    await this.close();
    const path = join(this.#folder, NAME);
    const handle = await open(`${path}.new`, "w");
    const text = HEADER + messages.map(lineOf).join("");
    try {
      await handle.appendFile(text);
      await handle.datasync();
      await rename(`${path}.new`, path);
      await syncFolder(this.#folder);
    } catch (cause) {
      await handle.close();
      throw new Error("retained messages could not be written", { cause });
    }
    this.#handle = handle;
    this.#bytes = Buffer.byteLength(text);
    this.#bytesRewritten = this.#bytes;
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    if (handle) await this.#disk.close(handle);
  }
}

function parse(path: string, text: string): Outcome<readonly RoutedMessage[], Problem> {
  const [header, ...lines] = text.split("\n").slice(0, -1);
  if (header === undefined) return success([]);
  const version: unknown = parsed(header)?.["version"];
  if (typeof version === "number" && version > VERSION) {
    return failure(problem("folder_newer", `${path} has version ${version}`));
  }
  const messages: RoutedMessage[] = [];
  for (const [index, text] of lines.entries()) {
    // A power cut leaves zeros where a file had grown and was not synced; nor is what follows.
    if (text.includes("\0")) break;
    const line = parsed(text);
    if (version !== VERSION || typeof line?.["topic"] !== "string") {
      return failure(problem("folder_unreadable", `${path}: line ${index + 2} is not understood`));
    }
    messages.push(messageOf(line as Line));
  }
  return success(messages);
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) ?? undefined;
  } catch {
    return undefined; // What is not JSON is reported with its line number.
  }
}

function messageOf({ topic, qos = 1, payload = "", properties, expiresAt }: Line) {
  return {
    ...routedMessage({ topic, payload: Buffer.from(payload, "base64"), qos }),
    properties: properties === undefined ? NO_PROPERTIES : Buffer.from(properties, "base64"),
    expiresAt: expiresAt ?? null,
  };
}

function lineOf({ topic, qos, payload, properties, expiresAt }: RoutedMessage): string {
  const line: Line =
    payload.length === 0
      ? { topic }
      : {
          ...{ topic, qos, payload: Buffer.from(payload).toString("base64") },
          ...(properties.length > 0 && { properties: Buffer.from(properties).toString("base64") }),
          ...(expiresAt !== null && { expiresAt }),
        };
  return `${JSON.stringify(line)}\n`;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
