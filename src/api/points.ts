import type { AssetId, DeviceId, PointId } from "../domain/brand.ts";
import type { Variable } from "../domain/catalogue.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Point } from "../domain/model.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { Body } from "./contract.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import type { ModelView } from "./model.ts";
import { cut } from "./page.ts";
import { newestOf, pointReplies } from "./samples.ts";
import { matching } from "./search.ts";

export const pointHandlers = {
  "GET /points": listPoints,
  "PATCH /points/:id": changePoint,
  "GET /points/latest": newestBelow,
  "GET /points/:id/latest": newest,
} satisfies Handlers;

async function listPoints(house: House, { query }: Call<"GET /points">): Answer<"GET /points"> {
  const view = await house.model.view();
  const { assetId, deviceId, search } = query;
  const ofAsset =
    assetId === undefined ? [...view.points.values()] : view.pointsOf(assetId as AssetId);
  const fed = deviceId === undefined ? undefined : fedBy(house, deviceId as DeviceId);
  const all = fed ? ofAsset.filter(({ series }) => fed.has(series)) : ofAsset;
  const textOf = (point: Point) =>
    `${view.path(point.assetId)} ${point.aspect} ${point.variable.name}`;
  const found = matching(all, search, textOf);
  const page = cut(found, query, ({ id }) => id);
  if (!page.ok) return page;
  const items = await pointReplies(house, view, page.value.items);
  return success({ ...page.value, items });
}

function fedBy({ ingest }: House, id: DeviceId): ReadonlySet<number> {
  return new Set(ingest.device(id)?.channels.map(({ series }) => series));
}

async function newestBelow(house: House, { query }: Call<"GET /points/latest">) {
  const view = await house.model.view();
  const assets = [...view.assets.values()].filter(({ id }) => view.path(id) === query.path);
  if (assets.length === 0) return failure(problem("asset_unknown", `no asset at '${query.path}'`));
  const points = assets.flatMap(({ id }) => view.below(id).flatMap((one) => view.pointsOf(one.id)));
  if (points.length > LIMIT.pointsPerSubscription) {
    const detail = `${points.length} points; at most ${LIMIT.pointsPerSubscription} at once`;
    return failure(problem("query_too_large", detail));
  }
  return success({ items: await pointReplies(house, view, points) });
}

async function newest(house: House, { params }: Call<"GET /points/:id/latest">) {
  const point = await pointOf(house, params.id);
  if (!point.ok) return point;
  const { series, variable } = point.value;
  const newestSample = await newestOf(house, [series]);
  return success(newestSample(series, variable));
}

async function changePoint(house: House, { params, body, by }: Call<"PATCH /points/:id">) {
  const found = await pointOf(house, params.id);
  if (!found.ok) return found;
  const point = found.value;
  const view = await house.model.view();
  const allowed = mayBecome(point, body, view);
  if (!allowed.ok) return allowed;
  const variable = changed(point.variable, body);
  const { actor } = by;
  const subject = `point:${point.id}`;
  const row = { ...point, variable };
  await house.store.together(async () => {
    await house.store.points.put(row);
    await house.journal.record({ actor, kind: "point.changed", subject, detail: { ...body } });
  });
  house.changed(subject);
  const [item] = await pointReplies(house, await house.model.view(), [row]);
  return item ? success(item) : pointUnknown(params.id);
}

/** The point of this id, for all who ask for one by its address. */
export async function pointOf(house: House, id: string): Promise<Outcome<Point, Problem>> {
  const point = (await house.model.view()).points.get(id as PointId);
  return point ? success(point) : pointUnknown(id);
}

/** What the wish says, stands; null takes away what the variable said of itself before. */
function changed(variable: Variable, wish: Body<"PATCH /points/:id">): Variable {
  const said = Object.entries({ ...variable, ...wish });
  return Object.fromEntries(said.filter(([, value]) => value !== null)) as Variable;
}

/** What is remembered has a type already; and within its aspect a name stands once. */
function mayBecome(
  point: Point,
  wish: Body<"PATCH /points/:id">,
  view: ModelView,
): Outcome<void, Problem> {
  if (wish.dataType !== undefined && wish.dataType !== point.variable.dataType) {
    return failure(problem("request_invalid", "dataType: it follows the device's channel"));
  }
  const others = view.pointsOf(point.assetId).filter(({ id }) => id !== point.id);
  const isTaken = others.some(
    ({ aspect, variable }) => aspect === point.aspect && variable.name === wish.name,
  );
  if (!isTaken) return success(undefined);
  return failure(
    problem("request_invalid", `name: '${point.aspect}' has a '${wish.name}' already`),
  );
}

function pointUnknown(id: string) {
  return failure(problem("point_unknown", `no point '${id}'`));
}
