import { assetOfKey } from "../../domain/asset-key.ts";
import type { AssetId, Timestamp } from "../../domain/brand.ts";
import { THE_HOUSE } from "../../domain/event.ts";
import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { KeptFile } from "../../domain/records.ts";
import { parseIsoTime } from "../../lib/iso-time.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import { mayTouch } from "./agent-assets.ts";
import { checkMatch } from "./etag.ts";
import { fileTestOf } from "./file-filter.ts";
import { spanOf } from "./file-range.ts";
import { select } from "./filter.ts";
import type { Answer, Ask, Routes } from "./route.ts";

const FILES = "/api/iotfile/v3/files/:entityId";

export const iotFileRoutes: Routes = {
  [`GET ${FILES}`]: {
    permission: "view",
    agents: true,
    summary: "The files of an asset and of its devices: offset, limit, count, order, filter",
    handle: list,
  },
  [`PUT ${FILES}/*`]: {
    permission: "push-samples",
    agents: true,
    summary: "Keeps a file, whole or in parts: upload=start, part=1…, upload=complete or abort",
    bodyBytes: LIMIT.filePartBytes,
    handle: put,
  },
  [`GET ${FILES}/*`]: { permission: "view", agents: true, summary: "A file's bytes", handle: get },
  [`DELETE ${FILES}/*`]: { permission: "engineer", summary: "Removes a file", handle: remove },
};

/** Files of one list where the caller does not say. */
const ROWS = 500;

async function list(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const assetId = await entityOf(house, ask);
  if (!assetId.ok) return assetId;
  const { filter, order, offset = "0", limit = String(ROWS), count } = ask.query;
  const rows = (await filesOf(house, assetId.value)).map(replyOf);
  const test = filter && !filter.startsWith("{") ? fileTestOf(filter) : undefined;
  if (test && !test.ok) return test;
  const found = select(test ? rows.filter(test.value) : rows, {
    ...(!test && { filter }),
    sort: order?.trim().replace(/\s+/g, ","),
  });
  if (!found.ok) return found;
  if (!/^\d{1,9}$/.test(offset) || !/^\d{1,9}$/.test(limit)) {
    return failure(problem("request_invalid", "offset and limit: whole numbers"));
  }
  const most = Math.min(Number(limit), LIMIT.insightsRows);
  const body = found.value.slice(Number(offset), Number(offset) + most);
  const headers = count === "true" ? { count: String(found.value.length) } : {};
  return success({ status: 200, body, headers });
}

async function put(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const assetId = await entityOf(house, ask);
  if (!assetId.ok) return assetId;
  const allowed = await mayTouch(house, ask.by, assetId.value);
  if (!allowed.ok) return allowed;
  const refusal = house.refusal?.();
  if (refusal) return failure(refusal);
  const { upload, part } = ask.query;
  const drafts = `upload:${assetId.value}/${pathOf(ask)}`;
  if (upload === "start" || upload === "abort") {
    await forget(house, await house.files.list(drafts));
    return success({ status: 200 });
  }
  if (part !== undefined) return putPart(house, ask, { drafts, part });
  return putWhole(house, ask, { assetId: assetId.value, drafts });
}

/** Parts come in any order and are kept like files, under no asset. */
async function putPart(
  house: House,
  ask: Ask,
  { drafts, part }: { readonly drafts: string; readonly part: string },
): Promise<Outcome<Answer, Problem>> {
  if (!/^[1-9]\d{0,4}$/.test(part)) {
    return failure(problem("request_invalid", "part: a whole number from 1 on"));
  }
  const by = ask.by?.actor ?? THE_HOUSE;
  const kept = await house.files.put({ subject: drafts, path: part, by }, ask.body);
  return kept.ok ? success({ status: 200 }) : kept;
}

async function putWhole(
  house: House,
  ask: Ask,
  { assetId, drafts }: { readonly assetId: AssetId; readonly drafts: string },
): Promise<Outcome<Answer, Problem>> {
  const subject = `asset:${assetId}`;
  const path = pathOf(ask);
  const before = await house.files.find(subject, path);
  if (before && ask.headers["if-match"] !== undefined) {
    const match = checkMatch(ask.headers, before.etag);
    if (!match.ok) return match;
  }
  const isLast = ask.query["upload"] === "complete";
  const parts = isLast ? await house.files.list(drafts) : [];
  const content = parts.length > 0 ? joined(house, parts, ask.body) : ask.body;
  const kept = await house.files.put({ subject, path, ...saidOf(ask) }, content);
  if (!kept.ok) return kept;
  await forget(house, parts);
  // A bare number: the SDK reads it with parseInt.
  return success({ status: before ? 200 : 201, headers: { etag: String(kept.value.etag) } });
}

/** What the headers say of a file. */
function saidOf({ headers, by }: Ask) {
  const { description = "", type = "", timestamp = "" } = headers;
  const madeAt = (parseIsoTime(String(timestamp)) ?? null) as Timestamp | null;
  const said = { description: String(description), type: String(type), madeAt };
  return { ...said, by: by?.actor ?? THE_HOUSE };
}

async function* joined({ files }: House, parts: readonly KeptFile[], last: Uint8Array) {
  const inOrder = parts.toSorted((a, b) => Number(a.path) - Number(b.path));
  for (const part of inOrder) yield* files.read(part) as AsyncIterable<Uint8Array>;
  yield last;
}

async function forget({ files }: House, parts: readonly KeptFile[]): Promise<void> {
  for (const part of parts) await files.remove(part);
}

async function get(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const file = await fileOf(house, ask);
  if (!file.ok) return file;
  const { bytes, etag } = file.value;
  const headers = {
    "accept-ranges": "bytes",
    "content-type": "application/octet-stream",
    "content-disposition": "attachment",
    "x-content-type-options": "nosniff",
    etag: String(etag),
  };
  const wanted = spanOf(ask.headers, file.value);
  if (wanted === "none") {
    return success({ status: 416, headers: { ...headers, "content-range": `bytes */${bytes}` } });
  }
  const { start, end } = wanted ?? { start: 0, end: bytes - 1 };
  const body = house.files.read(file.value, wanted);
  const length = { "content-length": String(end - start + 1) };
  if (!wanted) return success({ status: 200, body, headers: { ...headers, ...length } });
  const range = { "content-range": `bytes ${start}-${end}/${bytes}` };
  return success({ status: 206, body, headers: { ...headers, ...length, ...range } });
}

async function remove(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const file = await fileOf(house, ask);
  if (!file.ok) return file;
  const { subject, path, bytes } = file.value;
  const actor = ask.by?.actor ?? THE_HOUSE;
  await house.journal.record({ actor, kind: "file.removed", subject, detail: { path, bytes } });
  await house.files.remove(file.value);
  return success({ status: 204 });
}

function fileOf(house: House, ask: Ask): Promise<Outcome<KeptFile, Problem>> {
  return fileAt(house, ask.params["entityId"] ?? "", pathOf(ask));
}

/** The file of this path that lies with an asset, or came from one of its devices. */
export async function fileAt(
  house: House,
  entity: string,
  path: string,
): Promise<Outcome<KeptFile, Problem>> {
  const assetId = await assetIdOf(house, entity);
  if (!assetId.ok) return assetId;
  const file = (await filesOf(house, assetId.value)).find((one) => one.path === path);
  return file ? success(file) : failure(problem("file_unknown", `no file '${path}'`));
}

/** What programs keep with an asset, then what its devices handed in. */
async function filesOf({ files, ingest }: House, assetId: AssetId): Promise<readonly KeptFile[]> {
  const devices = ingest.devices().filter((device) => device.assetId === assetId);
  const subjects = [`asset:${assetId}`, ...devices.map(({ id }) => `device:${id}`)];
  return (await Promise.all(subjects.map((subject) => files.list(subject)))).flat();
}

/** An agent goes by the name of its asset, so files for it lie there. */
function entityOf(house: House, { params }: Ask): Promise<Outcome<AssetId, Problem>> {
  return assetIdOf(house, params["entityId"] ?? "");
}

async function assetIdOf({ store }: House, entity: string): Promise<Outcome<AssetId, Problem>> {
  const id = assetOfKey(entity);
  if (await store.assets.get(id)) return success(id);
  return failure(problem("asset_unknown", `no asset '${entity}'`));
}

function pathOf({ params }: Ask): string {
  return params["*"] ?? "";
}

function replyOf(file: KeptFile) {
  const { path, type, description, bytes: size, by, madeAt, createdAt, updatedAt, etag } = file;
  return {
    // The folder, as the CLI prints it before the name.
    ...{ name: path.split("/").at(-1) ?? path, path: path.replace(/[^/]*$/, "") },
    ...{ type, description, size, etag },
    timestamp: new Date(madeAt ?? updatedAt).toISOString(),
    created: new Date(createdAt).toISOString(),
    updated: new Date(updatedAt).toISOString(),
    createdBy: by.name,
    updatedBy: by.name,
  };
}
