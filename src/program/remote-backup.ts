import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout } from "node:timers/promises";
import { type Problem, problem } from "../domain/problem.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { syncFolder } from "../lib/sync-folder.ts";
import { type Manifest, verifyArchive } from "./archive.ts";
import type { Io } from "./io.ts";
import { problemOf, type Remote, remoteOf } from "./remote.ts";

/** What the API says of a backup. */
type Reported = {
  readonly id: string;
  readonly state: "running" | "done" | "failed";
  readonly bytes: number;
  readonly bytesTotal: number;
  readonly detail: string;
};

const POLL_MS = 500;
/** Progress is said so many times at most. */
const STEPS = 10;

/** Has a running server make a backup, brings it here, verifies it, and removes it there. */
export async function fetchBackup(
  file: string,
  url: string,
  io: Io,
): Promise<Outcome<Manifest, Problem>> {
  const remote = remoteOf(url, io);
  if (!remote.ok) return remote;
  const ask = remote.value;
  const started = await ask<Reported>("POST", "/backups");
  if (!started.ok) return started;
  const made = await waitFor(started.value, ask, io);
  if (!made.ok) return made;
  const brought = await bring(file, () =>
    ask.raw({ method: "GET", path: `/backups/${made.value.id}/file` }),
  );
  if (!brought.ok) return brought;
  const removed = await ask("DELETE", `/backups/${made.value.id}`);
  if (!removed.ok) io.complain(`it is still on the server: ${removed.problem.detail}`);
  return brought;
}

async function waitFor({ id }: Reported, ask: Remote, io: Io): Promise<Outcome<Reported, Problem>> {
  for (let told = 0; ; await setTimeout(POLL_MS)) {
    const list = await ask<{ items: Reported[] }>("GET", "/backups");
    if (!list.ok) return list;
    const found = list.value.items.find((one) => one.id === id);
    if (!found) return failure(problem("backup_unknown", "the server forgot it"));
    if (found.state === "failed") return failure(problem("internal", found.detail));
    if (found.state === "done") return success(found);
    const step = Math.floor((found.bytes / Math.max(1, found.bytesTotal)) * STEPS);
    if (step > told) io.complain(`${found.bytes} of ${found.bytesTotal} bytes`);
    told = Math.max(told, step);
  }
}

async function bring(
  file: string,
  request: () => Promise<Response>,
): Promise<Outcome<Manifest, Problem>> {
  const draft = `${file}.part`;
  const response = await request();
  if (!response.ok || !response.body) return problemOf(response);
  try {
    const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
    await pipeline(body, createWriteStream(draft, { flags: "wx", mode: 0o600, flush: true }));
    const verified = await verifyArchive(draft, () => {});
    if (!verified.ok) return verified;
    await rename(draft, file);
    await syncFolder(dirname(resolve(file)));
    return verified;
  } finally {
    await rm(draft, { force: true });
  }
}
