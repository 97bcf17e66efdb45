import type { DeviceId } from "../domain/brand.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { KeptFile } from "../domain/records.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { FileReply } from "./contract.ts";
import { type Answer, type Call, type Handlers, Verbatim } from "./handler.ts";
import type { House } from "./house.ts";
import { cut } from "./page.ts";
import { iso, isoOrNull } from "./time.ts";

export const fileHandlers = {
  "GET /devices/:id/files": listFiles,
  "GET /files/:id": sendFile,
  "DELETE /files/:id": removeFile,
} satisfies Handlers;

type ListRoute = "GET /devices/:id/files";

async function listFiles(house: House, { params, query }: Call<ListRoute>): Answer<ListRoute> {
  if (!house.ingest.device(params.id as DeviceId)) {
    return failure(problem("device_unknown", `no device '${params.id}'`));
  }
  const page = cut(await house.files.list(`device:${params.id}`), query, ({ id }) => id);
  return page.ok ? success({ ...page.value, items: page.value.items.map(fileReply) }) : page;
}

/** What a device sent is nobody's program: it is saved, never opened in the house's own name. */
async function sendFile(
  house: House,
  { params }: Call<"GET /files/:id">,
): Answer<"GET /files/:id"> {
  const found = await fileOf(house, params.id);
  if (!found.ok) return found;
  const { path, bytes } = found.value;
  const name = encodeURIComponent(path.split("/").at(-1) ?? "");
  const headers = {
    "content-length": String(bytes),
    "content-disposition": `attachment; filename*=UTF-8''${name}`,
    "x-content-type-options": "nosniff",
  };
  const body = house.files.read(found.value);
  return success(new Verbatim("application/octet-stream", body, headers));
}

async function removeFile(house: House, { params, by }: Call<"DELETE /files/:id">) {
  const found = await fileOf(house, params.id);
  if (!found.ok) return found;
  const { subject, path, bytes } = found.value;
  const event = { kind: "file.removed", subject, detail: { path, bytes } };
  await house.journal.record({ actor: by.actor, ...event });
  await house.files.remove(found.value);
  return success(undefined);
}

async function fileOf({ files }: House, id: string): Promise<Outcome<KeptFile, Problem>> {
  const file = await files.get(id);
  return file ? success(file) : failure(problem("file_unknown", `no file '${id}'`));
}

function fileReply({ id, path, bytes, madeAt, updatedAt, by }: KeptFile): FileReply {
  return { id, path, bytes, by: by.name, madeAt: isoOrNull(madeAt), updatedAt: iso(updatedAt) };
}
