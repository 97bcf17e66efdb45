import { assetOfKey, ROOT_KEY } from "../../domain/asset-key.ts";
import type { Asset } from "../../domain/model.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import { ASSETS, type AssetView, aspectJson, assetViewOf, ownVariablesJson } from "./asset-json.ts";
import { aspectsOf } from "./catalogue.ts";
import { type Row, select } from "./filter.ts";
import { LOCK } from "./model-change.ts";
import { cutOf, halPage } from "./page.ts";
import type { Answer, Ask, Routes } from "./route.ts";

const BASE = "/api/assetmanagement/v3";

/** What an asset consists of, the lock on all types, and where everything is. */
export const assetPartRoutes: Routes = {
  [`GET ${ASSETS}/:id/aspects`]: {
    permission: "view",
    summary: "An asset's aspects with their variables and static values",
    handle: (house, ask) => listOf(house, ask, "aspects", aspectRows),
  },
  [`GET ${ASSETS}/:id/variables`]: {
    permission: "view",
    summary: "What an asset says of itself, without an aspect",
    handle: (house, ask) => listOf(house, ask, "variables", ownVariablesJson),
  },
  [`GET ${BASE}/model/lock`]: {
    permission: "view",
    summary: "Whether the types are locked",
    handle: getLock,
  },
  [`PUT ${BASE}/model/lock`]: {
    permission: "administer",
    summary: "Lock or unlock the types: `?enabled=`",
    handle: putLock,
  },
  [`GET ${BASE}`]: { permission: "view", summary: "What there is", handle: billboard },
};

function aspectRows(asset: Asset, view: AssetView): readonly Row[] {
  const aspects = aspectsOf(asset, view.model.pointsOf(asset.id), view.book);
  return aspects.map((aspect) => aspectJson(asset, aspect, view));
}

async function listOf(
  house: House,
  ask: Ask,
  name: string,
  rowsOf: (asset: Asset, view: AssetView) => readonly Row[],
): Promise<Outcome<Answer, Problem>> {
  const cut = cutOf(ask);
  if (!cut.ok) return cut;
  const view = await assetViewOf(house, ask);
  const { id = "" } = ask.params;
  const asset = view.model.assets.get(assetOfKey(id));
  if (!asset && id !== ROOT_KEY) return failure(problem("asset_unknown", `no asset '${id}'`));
  const found = select(asset ? rowsOf(asset, view) : [], ask.query);
  return found.ok ? success(halPage(ask, cut.value, name, found.value)) : found;
}

async function getLock({ store }: House): Promise<Outcome<Answer, Problem>> {
  const lock = await store.settings.get(LOCK);
  return success({ status: 200, body: { enabled: lock?.value["enabled"] === true } });
}

async function putLock(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const { store, journal } = house;
  const { enabled } = ask.query;
  if (enabled !== "true" && enabled !== "false") {
    return failure(problem("request_invalid", "enabled: must be true or false"));
  }
  const value = { enabled: enabled === "true" };
  await store.together(async () => {
    await store.settings.put({ name: LOCK, value });
    if (!ask.by) return;
    const { actor } = ask.by;
    await journal.record({ actor, kind: "model.lock", subject: "", detail: value });
  });
  return success({ status: 200, body: value });
}

async function billboard(_: House, { origin }: Ask): Promise<Outcome<Answer, Problem>> {
  const names = ["assets", "aspecttypes", "assettypes", "assets/root"] as const;
  const keys = { assets: "assets", aspecttypes: "aspectTypes", assettypes: "assetTypes" } as const;
  const links = names.map((name) => [
    name === "assets/root" ? "root" : keys[name],
    { href: `${origin}${BASE}/${name}` },
  ]);
  const self = { href: `${origin}${BASE}` };
  return success({ status: 200, body: { _links: { self, ...Object.fromEntries(links) } } });
}
