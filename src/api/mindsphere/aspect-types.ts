import type { Static } from "typebox";
import type { AspectType } from "../../domain/catalogue.ts";
import { type Problem, problem, problemAt } from "../../domain/problem.ts";
import { aspectTypeFaults, changedAspectType } from "../../domain/type-rules.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import { readBody } from "./body.ts";
import { bookOf, variableJson, withKept } from "./catalogue.ts";
import { versioned } from "./etag.ts";
import { select } from "./filter.ts";
import { refusalOfNew, settle } from "./model-change.ts";
import { cutOf, halPage } from "./page.ts";
import type { Answer, Ask, Routes } from "./route.ts";
import { tenantOf } from "./tenant.ts";
import { AspectTypeBody, AspectTypePatch, variableFrom } from "./type-body.ts";

const BASE = "/api/assetmanagement/v3/aspecttypes";

export const aspectTypeRoutes: Routes = {
  [`GET ${BASE}`]: { permission: "view", summary: "Aspect types", handle: list },
  [`GET ${BASE}/:id`]: { permission: "view", summary: "One aspect type", handle: get },
  [`PUT ${BASE}/:id`]: {
    permission: "engineer",
    summary: "Make an aspect type, or change one; variables are only added",
    handle: put,
  },
  [`PATCH ${BASE}/:id`]: {
    permission: "engineer",
    summary: "Change what is named of an aspect type",
    handle: patch,
  },
  [`DELETE ${BASE}/:id`]: {
    permission: "engineer",
    summary: "Remove an aspect type that no asset type uses",
    handle: remove,
  },
};

/** An aspect type as Siemens' clients read it; the SDK wants the same inside an asset type. */
export function aspectTypeJson(type: AspectType, tenant: string, { origin }: Pick<Ask, "origin">) {
  const { id, name, category, description, variables, version } = type;
  return {
    ...{ id, tenantId: tenant, name, category, scope: "private", description },
    variables: variables.map(variableJson),
    sharing: { modes: [] },
    etag: version,
    _links: { self: { href: `${origin}${BASE}/${id}` } },
  };
}

async function list(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const cut = cutOf(ask);
  if (!cut.ok) return cut;
  const { aspectTypes } = await bookOf(house);
  const tenant = await tenantOf(house);
  const rows = Array.from(aspectTypes.values(), (type) => aspectTypeJson(type, tenant, ask));
  const found = select(rows, ask.query);
  return found.ok ? success(halPage(ask, cut.value, "aspectTypes", found.value)) : found;
}

async function get(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const { id = "" } = ask.params;
  const type = (await bookOf(house)).aspectTypes.get(id);
  if (!type) return failure(problem("type_unknown", `no aspect type '${id}'`));
  const json = aspectTypeJson(type, await tenantOf(house), ask);
  return success(versioned(ask.headers, type.version, json));
}

async function put(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const { id = "" } = ask.params;
  const body = readBody(ask.body, AspectTypeBody);
  if (!body.ok) return body;
  const { name, category, description, variables } = body.value;
  const next: AspectType = {
    ...{ id, name, category, description: description ?? "", version: 0 },
    variables: variables.map(variableFrom),
  };
  return settle(house, ask, `aspect-type:${id}`, async () => {
    const { aspectTypes } = await bookOf(house);
    const refusal = refusalOfNew(ask, aspectTypes, id);
    if (refusal !== undefined) return failure(refusal);
    if (!aspectTypes.has(id)) return keep(house, ask, next, undefined);
    return withKept(house, ask, "aspectTypes", (known) => keep(house, ask, next, known));
  });
}

async function patch(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const body = readBody(ask.body, AspectTypePatch);
  if (!body.ok) return body;
  return settle(house, ask, `aspect-type:${ask.params["id"]}`, () =>
    withKept(house, ask, "aspectTypes", (known) =>
      keep(house, ask, patched(known, body.value), known),
    ),
  );
}

function patched(known: AspectType, body: Static<typeof AspectTypePatch>): AspectType {
  const { name = known.name, category = known.category, description, variables } = body;
  return {
    ...{ ...known, name, category },
    description: description === undefined ? known.description : (description ?? ""),
    variables: variables ? variables.map(variableFrom) : known.variables,
  };
}

async function remove(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  return settle(house, ask, `aspect-type:${ask.params["id"]}`, () =>
    withKept(house, ask, "aspectTypes", async ({ id }) => {
      const { assetTypes } = await bookOf(house);
      const user = [...assetTypes.values()].find((one) => Object.values(one.aspects).includes(id));
      if (user) return failure(problem("type_in_use", `'${user.id}' has an aspect of it`));
      await house.store.aspectTypes.remove({ id });
      return success({ status: 204 });
    }),
  );
}

async function keep(
  house: House,
  ask: Ask,
  next: AspectType,
  known: AspectType | undefined,
): Promise<Outcome<Answer, Problem>> {
  const faults = aspectTypeFaults(next, { known, whole: true }, await bookOf(house));
  if (faults.length > 0) return failure(problemAt("model_invalid", faults));
  const version = known ? known.version + 1 : 0;
  const type = { ...changedAspectType(known, next), version };
  await house.store.aspectTypes.put(type);
  const json = aspectTypeJson(type, await tenantOf(house), ask);
  return success(versioned({}, version, json, known ? 200 : 201));
}
