import { randomUUID } from "node:crypto";
import { THE_HOUSE } from "../../domain/event.ts";
import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { KeptFile } from "../../domain/records.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import { checkMatch, versioned } from "./etag.ts";
import { select } from "./filter.ts";
import { boundaryOf, type Part, partsOf } from "./multipart.ts";
import { cutOf, halPage } from "./page.ts";
import type { Answer, Ask, Routes } from "./route.ts";
import { tenantOf } from "./tenant.ts";

const BASE = "/api/assetmanagement/v3/files";

/** Pictures and papers of the tenant that assets and their types are given. */
export const assetFileRoutes: Routes = {
  [`GET ${BASE}`]: { permission: "view", summary: "Files that assets can be given", handle: list },
  [`POST ${BASE}`]: {
    permission: "engineer",
    summary: "Keep a file: form-data with file, name and description",
    bodyBytes: LIMIT.filePartBytes,
    handle: post,
  },
  [`GET ${BASE}/:id`]: { permission: "view", summary: "What is known of a file", handle: get },
  [`GET ${BASE}/:id/file`]: { permission: "view", summary: "A file's bytes", handle: download },
  [`PUT ${BASE}/:id`]: {
    permission: "engineer",
    summary: "Other bytes and another description for a file",
    bodyBytes: LIMIT.filePartBytes,
    handle: put,
  },
  [`DELETE ${BASE}/:id`]: {
    permission: "engineer",
    summary: "Remove a file that nothing is given",
    handle: remove,
  },
};

type Assignments = Readonly<Record<string, string>>;

/** Why these files cannot be given; those of before stay, even where their files never were. */
export async function assignmentFault(
  { files }: House,
  next: Assignments,
  before: Assignments = {},
): Promise<Problem | undefined> {
  const kept = new Set(Object.values(before));
  const added = Object.values(next).filter((id) => !kept.has(id));
  if (added.length === 0) return undefined;
  const known = new Set((await files.list(SUBJECT)).map(idOf));
  const missing = added.find((id) => !known.has(id));
  return missing === undefined ? undefined : problem("file_unknown", `no file '${missing}'`);
}

/** Names need not differ, so each lies below its id. */
const SUBJECT = "asset-files";
const ID_CHARS = 32;

async function list(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const cut = cutOf(ask);
  if (!cut.ok) return cut;
  const view = await viewOf(house, ask);
  const rows = (await house.files.list(SUBJECT)).map((file) => replyOf(file, view));
  const found = select(rows, ask.query);
  return found.ok ? success(halPage(ask, cut.value, "files", found.value)) : found;
}

async function post(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const form = formOf(ask);
  if (!form.ok) return form;
  const id = randomUUID().replaceAll("-", "");
  return keep(house, ask, `${id}/${form.value.name}`, { form: form.value, status: 201 });
}

async function get(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const file = await fileOf(house, ask);
  if (!file.ok) return file;
  return success(
    versioned(ask.headers, file.value.etag, replyOf(file.value, await viewOf(house, ask))),
  );
}

async function download(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const file = await fileOf(house, ask);
  if (!file.ok) return file;
  const headers = {
    // A page that somebody left here must not run as one of ours.
    "content-type": "application/octet-stream",
    "content-length": String(file.value.bytes),
    "content-disposition": "attachment",
    "x-content-type-options": "nosniff",
    etag: `"${file.value.etag}"`,
  };
  return success({ status: 200, body: house.files.read(file.value), headers });
}

async function put(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const file = await fileOf(house, ask);
  if (!file.ok) return file;
  const match = checkMatch(ask.headers, file.value.etag);
  if (!match.ok) return match;
  const form = formOf(ask);
  if (!form.ok) return form;
  return keep(house, ask, file.value.path, { form: form.value, status: 200 });
}

async function remove(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const file = await fileOf(house, ask);
  if (!file.ok) return file;
  const match = checkMatch(ask.headers, file.value.etag);
  if (!match.ok) return match;
  if ((await assignedIn(house)).has(idOf(file.value))) {
    return failure(problem("file_in_use", "an asset or an asset type has it"));
  }
  const { path, bytes } = file.value;
  const actor = ask.by?.actor ?? THE_HOUSE;
  const detail = { path, bytes };
  await house.journal.record({ actor, kind: "file.removed", subject: SUBJECT, detail });
  await house.files.remove(file.value);
  return success({ status: 204 });
}

type Form = Pick<KeptFile, "type" | "description"> & {
  readonly name: string;
  readonly content: Uint8Array;
};

async function keep(
  house: House,
  ask: Ask,
  path: string,
  { form, status }: { readonly form: Form; readonly status: number },
): Promise<Outcome<Answer, Problem>> {
  const refusal = house.refusal?.();
  if (refusal) return failure(refusal);
  const { type, description } = form;
  const by = ask.by?.actor ?? THE_HOUSE;
  const wish = { subject: SUBJECT, path, type, description, by };
  const kept = await house.files.put(wish, form.content);
  if (!kept.ok) return kept;
  const json = replyOf(kept.value, await viewOf(house, ask));
  return success(versioned({}, kept.value.etag, json, status));
}

/** RFC 7578, as Siemens' SDK and browsers write it. */
function formOf({ headers, body }: Ask): Outcome<Form, Problem> {
  const boundary = boundaryOf(headers["content-type"] ?? "");
  const parts = boundary === undefined ? [] : partsOf(Buffer.from(body), boundary);
  const named = (name: string) => parts.find((part) => parameterOf(part, "name") === name);
  const file = named("file");
  if (!file) return failure(problem("request_invalid", "expected form-data with a part 'file'"));
  const name = named("name")?.content.toString() || parameterOf(file, "filename");
  if (!name) return failure(problem("request_invalid", "name: expected the name of the file"));
  const description = named("description")?.content.toString() ?? "";
  const type = file.headers.get("content-type") ?? "";
  return success({ name, description, type, content: file.content });
}

function parameterOf({ headers }: Part, name: string): string | undefined {
  const header = headers.get("content-disposition") ?? "";
  const value = new RegExp(`;\\s*${name}="([^"]*)"`, "i").exec(header)?.[1];
  // Headers are read byte by byte; forms have them in UTF-8.
  return value && Buffer.from(value, "latin1").toString();
}

async function fileOf({ files }: House, { params }: Ask): Promise<Outcome<KeptFile, Problem>> {
  const file = (await files.list(SUBJECT)).find((one) => idOf(one) === params["id"]);
  return file ? success(file) : failure(problem("file_unknown", `no file '${params["id"]}'`));
}

function idOf({ path }: KeptFile): string {
  return path.slice(0, ID_CHARS);
}

type View = Pick<Ask, "origin"> & {
  readonly tenant: string;
  readonly assigned: ReadonlySet<string>;
};

async function viewOf(house: House, { origin }: Ask): Promise<View> {
  return { origin, tenant: await tenantOf(house), assigned: await assignedIn(house) };
}

async function assignedIn({ store }: House): Promise<ReadonlySet<string>> {
  const all = [...(await store.assets.find()), ...(await store.assetTypes.find())];
  return new Set(all.flatMap(({ files }) => Object.values(files)));
}

function replyOf(file: KeptFile, { origin, tenant, assigned }: View) {
  const { path, description, createdAt, updatedAt, etag } = file;
  const id = idOf(file);
  const name = path.slice(ID_CHARS + 1);
  const href = `${origin}${BASE}/${id}`;
  return {
    ...{ id, name, originalFileName: name, description, scope: "PRIVATE", subTenant: null, etag },
    tenantId: tenant,
    uploaded: new Date(createdAt).toISOString(),
    lastModified: new Date(updatedAt).toISOString(),
    isAssigned: assigned.has(id),
    _links: { self: { href }, download: { href: `${href}/file` } },
  };
}
