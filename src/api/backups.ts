import { createReadStream } from "node:fs";
import { problem } from "../domain/problem.ts";
import { failure, success } from "../lib/outcome.ts";
import { type Answer, type Call, type Handlers, Verbatim } from "./handler.ts";
import type { Backup, House } from "./house.ts";
import { iso } from "./time.ts";

export const backupHandlers = {
  "GET /backups": async ({ backups }) => {
    const items = (await (backups?.list() ?? [])).map(backupReply);
    return success({ isWhole: backups?.isWhole ?? true, items });
  },
  "POST /backups": startBackup,
  "GET /backups/:id/file": sendBackup,
  "DELETE /backups/:id": removeBackup,
} satisfies Handlers;

const NONE = failure(problem("backup_unsupported", "this server makes no backups"));

async function startBackup({ backups }: House, { by }: Call<"POST /backups">) {
  const started = await (backups?.start(by.actor) ?? NONE);
  return started.ok ? success(backupReply(started.value)) : started;
}

async function sendBackup(
  { backups }: House,
  { params }: Call<"GET /backups/:id/file">,
): Answer<"GET /backups/:id/file"> {
  const file = await (backups?.file(params.id) ?? NONE);
  if (!file.ok) return file;
  const { path, bytes } = file.value;
  const headers = {
    "content-length": String(bytes),
    "content-disposition": `attachment; filename="fieldline-${params.id}.tar"`,
  };
  return success(new Verbatim("application/x-tar", createReadStream(path), headers));
}

async function removeBackup(
  { backups }: House,
  { params, by }: Call<"DELETE /backups/:id">,
): Answer<"DELETE /backups/:id"> {
  return backups?.remove(params.id, by.actor) ?? NONE;
}

function backupReply({ startedAt, ...backup }: Backup) {
  return { ...backup, startedAt: iso(startedAt) };
}
