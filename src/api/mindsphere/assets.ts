import { assetOfKey, ROOT_KEY } from "../../domain/asset-key.ts";
import type { AssetId, Timestamp } from "../../domain/brand.ts";
import { type Actor, THE_HOUSE } from "../../domain/event.ts";
import { type Asset, PLAIN_ASSET } from "../../domain/model.ts";
import { type Problem, problem, problemAt } from "../../domain/problem.ts";
import { newId } from "../../lib/id.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { dropAsset, keepAsset, mayMove, writeAsset } from "../assets.ts";
import type { House } from "../house.ts";
import {
  AssetBody,
  AssetChange,
  AssetMove,
  AssetPatch,
  changedAsset,
  LocationBody,
  locationFrom,
  staticFaults,
} from "./asset-body.ts";
import { assignmentFault } from "./asset-files.ts";
import {
  ASSETS,
  type AssetView,
  assetFacts,
  assetJson,
  assetViewOf,
  rootJson,
} from "./asset-json.ts";
import { readBody } from "./body.ts";
import { bookOf } from "./catalogue.ts";
import { checkMatch, versioned } from "./etag.ts";
import { select } from "./filter.ts";
import { cutOf, halCut } from "./page.ts";
import type { Answer, Ask, Routes } from "./route.ts";
import { isTimezone } from "./timezone.ts";
import { FileBody } from "./type-body.ts";

const ONE = `${ASSETS}/:id`;
const writes = (summary: string, handle: Routes[string]["handle"]) =>
  ({ permission: "engineer", summary, handle }) as const;

export const assetRoutes: Routes = {
  [`GET ${ASSETS}`]: { permission: "view", summary: "Assets", handle: list },
  [`GET ${ASSETS}/root`]: { permission: "view", summary: "The top of the tree", handle: root },
  [`GET ${ONE}`]: { permission: "view", agents: true, summary: "One asset", handle: get },
  [`POST ${ASSETS}`]: writes("Make an asset of a type", create),
  [`PUT ${ONE}`]: writes("Change an asset; what is not said is taken away", put),
  [`PATCH ${ONE}`]: writes("Change what is named of an asset", patch),
  [`DELETE ${ONE}`]: writes("Remove an asset that has no parts", remove),
  [`POST ${ONE}`]: writes("Move an asset below another, as the SDK does", move),
  [`POST ${ONE}/move`]: writes("Move an asset below another", move),
  [`PUT ${ONE}/location`]: writes("Say where an asset stands", putLocation),
  [`DELETE ${ONE}/location`]: writes("Forget where an asset stands", removeLocation),
  [`PUT ${ONE}/fileAssignments/:key`]: writes("Give an asset a file", putFile),
  [`DELETE ${ONE}/fileAssignments/:key`]: writes("Take a file from an asset", removeFile),
};

async function list(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const cut = cutOf(ask);
  if (!cut.ok) return cut;
  const view = await assetViewOf(house, ask);
  const wanted = wantedOf([null, ...view.model.below(null)], ask, view);
  if (!wanted.ok) return wanted;
  const { page, size } = cut.value;
  const rows = wanted.value
    .slice(page * size, (page + 1) * size)
    .map((asset) => (asset ? assetJson(asset, view) : rootJson(view)));
  return success(halCut(ask, cut.value, "assets", { rows, total: wanted.value.length }));
}

/** Many assets are looked through for one page: only what it holds is made in full. */
function wantedOf(
  all: readonly (Asset | null)[],
  { query }: Ask,
  view: AssetView,
): Outcome<readonly (Asset | null)[], Problem> {
  if (!query["filter"] && !query["sort"]) return success(all);
  const rows = all.map((asset) => ({ asset, ...assetFacts(asset, view) }));
  const found = select(rows, query);
  return found.ok ? success(found.value.map(({ asset }) => asset)) : found;
}

async function root(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  return success({ status: 200, body: rootJson(await assetViewOf(house, ask)) });
}

async function get(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  if (ask.params["id"] === ROOT_KEY) return root(house, ask);
  const view = await assetViewOf(house, ask);
  const asset = view.model.assets.get(idOf(ask));
  if (!asset) return unknown(ask);
  return success(versioned(ask.headers, asset.version, assetJson(asset, view)));
}

async function create(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const body = readBody(ask.body, AssetBody);
  if (!body.ok) return body;
  const { typeId, timezone, twinType, name } = body.value;
  const now = house.clock.now();
  const blank: Asset = {
    ...{ ...PLAIN_ASSET, typeId, name, timezone: timezone ?? null },
    id: newId(now) as AssetId,
    parentId: parentOf(body.value.parentId ?? ROOT_KEY),
    twinType: twinType ?? "performance",
    createdAt: now as Timestamp,
  };
  const asset = changedAsset(blank, body.value);
  const fault = (await faultOfNew(house, asset)) ?? (await faultOf(house, asset));
  if (fault) return failure(fault);
  await keepAsset(house, actorOf(ask), "created", asset);
  return answerOf(house, ask, asset, 201);
}

async function faultOfNew(house: House, asset: Asset): Promise<Problem | undefined> {
  const { typeId, parentId, timezone } = asset;
  const type = (await bookOf(house)).assetTypes.get(typeId);
  if (!type) return problem("type_unknown", `no asset type '${typeId}'`);
  if (!type.instantiable) return problem("model_invalid", `'${typeId}' has no assets of its own`);
  if (timezone !== null && !isTimezone(timezone)) {
    return problem("model_invalid", `'${timezone}' is no time zone of full or half hours`);
  }
  if (parentId === null || (await house.store.assets.get(parentId))) return undefined;
  return problem("asset_unknown", `no asset '${parentId}' to stand below`);
}

async function put(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const body = readBody(ask.body, AssetChange);
  if (!body.ok) return body;
  const none = { externalId: null, description: "", location: null, statics: {}, files: {} };
  // The house finds an agent's asset again by it: no client can take it away.
  return change(house, ask, (known) =>
    success(changedAsset({ ...known, ...none, externalId: known.externalId }, body.value)),
  );
}

async function patch(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const body = readBody(ask.body, AssetPatch);
  if (!body.ok) return body;
  return change(house, ask, (known) => success(changedAsset(known, body.value)));
}

async function remove(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const asset = await known(house, ask);
  if (!asset.ok) return asset;
  const dropped = await dropAsset(house, actorOf(ask), asset.value);
  return dropped.ok ? success({ status: 204 }) : dropped;
}

async function move(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const body = readBody(ask.body, AssetMove);
  if (!body.ok) return body;
  const parentId = parentOf(body.value.newParentId);
  const view = await house.model.view();
  return change(house, ask, (asset) => {
    const place = mayMove(view, asset, parentId);
    return place.ok ? success({ ...asset, parentId }) : place;
  });
}

async function putLocation(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const body = readBody(ask.body, LocationBody);
  if (!body.ok) return body;
  const location = locationFrom(body.value);
  return change(house, ask, (asset) => success({ ...asset, location }));
}

async function removeLocation(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  return change(house, ask, (asset) => success({ ...asset, location: null }));
}

async function putFile(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const body = readBody(ask.body, FileBody);
  if (!body.ok) return body;
  const own = { [ask.params["key"] ?? ""]: body.value.fileId };
  return change(house, ask, (asset) => success({ ...asset, files: { ...asset.files, ...own } }));
}

async function removeFile(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  return change(house, ask, (asset) => {
    const { [ask.params["key"] ?? ""]: _, ...files } = asset.files;
    return success({ ...asset, files });
  });
}

/** One change of what is there, in the version that the caller knows. */
async function change(
  house: House,
  ask: Ask,
  work: (asset: Asset) => Outcome<Asset, Problem>,
): Promise<Outcome<Answer, Problem>> {
  const changed = await house.store.together(async () => {
    const before = await known(house, ask);
    if (!before.ok) return before;
    const after = work(before.value);
    if (!after.ok) return after;
    const asset = { ...after.value, version: before.value.version + 1 };
    const fault = await faultOf(house, asset, before.value);
    if (fault) return failure(fault);
    await writeAsset(house, actorOf(ask), "changed", asset);
    return success(asset);
  });
  if (!changed.ok) return changed;
  house.changed(`asset:${changed.value.id}`);
  return answerOf(house, ask, changed.value, 200);
}

async function faultOf(house: House, asset: Asset, before?: Asset): Promise<Problem | undefined> {
  const faults = staticFaults(asset, await bookOf(house));
  if (faults.length > 0) return problemAt("model_invalid", faults);
  return assignmentFault(house, asset.files, before?.files);
}

async function answerOf(
  house: House,
  ask: Ask,
  asset: Asset,
  status: number,
): Promise<Outcome<Answer, Problem>> {
  const view = await assetViewOf(house, ask);
  return success(versioned({}, asset.version, assetJson(asset, view), status));
}

async function known(house: House, ask: Ask): Promise<Outcome<Asset, Problem>> {
  if (ask.params["id"] === ROOT_KEY) {
    return failure(problem("request_invalid", "the top of the tree is no asset to change"));
  }
  const asset = await house.store.assets.get(idOf(ask));
  if (!asset) return unknown(ask);
  const match = checkMatch(ask.headers, asset.version);
  return match.ok ? success(asset) : match;
}

function actorOf({ by }: Ask): Actor {
  return by?.actor ?? THE_HOUSE;
}

function parentOf(key: string): AssetId | null {
  return key === ROOT_KEY || key === "" ? null : assetOfKey(key);
}

function idOf({ params }: Ask): AssetId {
  return assetOfKey(params["id"] ?? "");
}

function unknown({ params }: Ask): Outcome<never, Problem> {
  return failure(problem("asset_unknown", `no asset '${params["id"]}'`));
}
