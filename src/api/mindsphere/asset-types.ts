import type { Static } from "typebox";
import { type AssetType, PLAIN_ASSET_TYPE } from "../../domain/catalogue.ts";
import { type Problem, problem, problemAt } from "../../domain/problem.ts";
import type { TypeBook } from "../../domain/type-book.ts";
import { assetTypeFaults, changedAssetType } from "../../domain/type-rules.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import { aspectTypeJson } from "./aspect-types.ts";
import { assignmentFault } from "./asset-files.ts";
import { readBody } from "./body.ts";
import { bookOf, variableJson, withKept } from "./catalogue.ts";
import { versioned } from "./etag.ts";
import { select } from "./filter.ts";
import { refusalOfNew, settle } from "./model-change.ts";
import { cutOf, halPage } from "./page.ts";
import type { Answer, Ask, Routes } from "./route.ts";
import { tenantOf } from "./tenant.ts";
import {
  AssetTypeBody,
  AssetTypePatch,
  aspectsFrom,
  FileBody,
  filesFrom,
  VariableChanges,
  variableFrom,
} from "./type-body.ts";

const BASE = "/api/assetmanagement/v3/assettypes";
const PARENT = "core.basicasset";

export const assetTypeRoutes: Routes = {
  [`GET ${BASE}`]: { permission: "view", summary: "Asset types", handle: list },
  [`GET ${BASE}/:id`]: {
    permission: "view",
    agents: true,
    summary: "One asset type",
    handle: get,
  },
  [`PUT ${BASE}/:id`]: {
    permission: "engineer",
    summary: "Make an asset type, or change one; aspects and variables are only added",
    handle: put,
  },
  [`PATCH ${BASE}/:id`]: {
    permission: "engineer",
    summary: "Change what is named of an asset type",
    handle: patch,
  },
  [`PATCH ${BASE}/:id/variables`]: {
    permission: "engineer",
    summary: "Change unit, length or default of an asset type's own variables",
    handle: patchVariables,
  },
  [`DELETE ${BASE}/:id`]: {
    permission: "engineer",
    summary: "Remove an asset type without assets and heirs",
    handle: remove,
  },
  [`PUT ${BASE}/:id/fileAssignments/:key`]: {
    permission: "engineer",
    summary: "Give all assets of a type a file",
    handle: putFile,
  },
  [`DELETE ${BASE}/:id/fileAssignments/:key`]: {
    permission: "engineer",
    summary: "Take a file from the assets of a type",
    handle: removeFile,
  },
};

type View = { readonly book: TypeBook; readonly tenant: string; readonly exploded: boolean };

async function viewOf(house: House, { query }: Ask): Promise<View> {
  const exploded = query["exploded"] === "true";
  return { book: await bookOf(house), tenant: await tenantOf(house), exploded };
}

/** Alone, or with all that it inherits. */
function assetTypeJson(type: AssetType, { book, tenant, exploded }: View, ask: Ask) {
  const { id, name, description, parentId, instantiable, version } = type;
  const isOwn = ({ from }: { readonly from: AssetType }) => exploded || from.id === id;
  const aspects = [...book.aspects(id)].filter(([, own]) => isOwn(own));
  const variables = [...book.variables(id).values()].filter(isOwn);
  const files = [...book.files(id)].filter(([, own]) => isOwn(own));
  const href = (typeId: string) => ({ href: `${ask.origin}${BASE}/${typeId}` });
  return {
    ...{ id, tenantId: tenant, name, description, parentTypeId: parentId || null },
    ...{ instantiable, scope: "private" },
    aspects: aspects.map(([aspect, { what }]) => {
      const found = book.aspectTypes.get(what);
      return { name: aspect, aspectType: found && aspectTypeJson(found, tenant, ask) };
    }),
    variables: variables.map(({ what }) => variableJson(what)),
    fileAssignments: files.map(([key, { what: fileId }]) => ({ key, fileId })),
    sharing: { modes: [] },
    etag: version,
    _links: { self: href(id), ...(parentId && { parent: href(parentId) }) },
  };
}

async function list(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const cut = cutOf(ask);
  if (!cut.ok) return cut;
  const view = await viewOf(house, ask);
  const rows = Array.from(view.book.assetTypes.values(), (type) => assetTypeJson(type, view, ask));
  const found = select(rows, ask.query);
  return found.ok ? success(halPage(ask, cut.value, "assetTypes", found.value)) : found;
}

async function get(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const { id = "" } = ask.params;
  const view = await viewOf(house, ask);
  const type = view.book.assetTypes.get(id);
  if (!type) return failure(problem("type_unknown", `no asset type '${id}'`));
  return success(versioned(ask.headers, type.version, assetTypeJson(type, view, ask)));
}

async function put(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const { id = "" } = ask.params;
  const body = readBody(ask.body, AssetTypeBody);
  if (!body.ok) return body;
  const next = patched(
    { ...PLAIN_ASSET_TYPE, id, name: "", parentId: PARENT, aspects: {} },
    body.value,
  );
  return settle(house, ask, subjectOf(ask), async () => {
    const { assetTypes } = await bookOf(house);
    const refusal = refusalOfNew(ask, assetTypes, id);
    if (refusal !== undefined) return failure(refusal);
    if (!assetTypes.has(id)) return keep(house, ask, next, undefined);
    return withKept(house, ask, "assetTypes", (known) => keep(house, ask, next, known));
  });
}

async function patch(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const body = readBody(ask.body, AssetTypePatch);
  if (!body.ok) return body;
  return settle(house, ask, subjectOf(ask), () =>
    withKept(house, ask, "assetTypes", (known) =>
      keep(house, ask, patched(known, body.value), known),
    ),
  );
}

function patched(known: AssetType, body: Static<typeof AssetTypePatch>): AssetType {
  const { name, description, parentTypeId, instantiable, aspects, variables } = body;
  return {
    ...known,
    name: name ?? known.name,
    description: description === undefined ? known.description : (description ?? ""),
    parentId: parentTypeId ?? known.parentId,
    instantiable: instantiable ?? known.instantiable,
    aspects: aspects ? aspectsFrom(aspects) : known.aspects,
    variables: variables ? variables.map(variableFrom) : known.variables,
    // Those that a change leaves out are taken away, as the SDK says of PUT and PATCH.
    files: filesFrom(body.fileAssignments ?? []),
  };
}

async function patchVariables(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const body = readBody(ask.body, VariableChanges);
  if (!body.ok) return body;
  return settle(house, ask, subjectOf(ask), () =>
    withKept(house, ask, "assetTypes", async (known) => {
      const unknown = Object.keys(body.value).find(
        (name) => !known.variables.some((variable) => variable.name === name),
      );
      if (unknown !== undefined) {
        return failure(problem("model_invalid", `'${known.id}' has no variable '${unknown}'`));
      }
      const variables = known.variables.map((variable) => {
        const { unit, length, defaultValue } = body.value[variable.name] ?? {};
        return {
          ...variable,
          ...(typeof unit === "string" && { unit }),
          ...(typeof length === "number" && { length }),
          ...(typeof defaultValue === "string" && { defaultValue }),
        };
      });
      // Units may change here, and only here: nobody computes with these values.
      const renamed = variables.map(({ unit: _, ...variable }) => variable);
      const faults = await faultsOf(house, { ...known, variables: renamed }, known);
      return faults.ok ? write(house, ask, { ...known, variables }, known) : faults;
    }),
  );
}

async function remove(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  return settle(house, ask, subjectOf(ask), () =>
    withKept(house, ask, "assetTypes", async ({ id }) => {
      const [heir] = (await bookOf(house)).below(id);
      if (heir) return failure(problem("type_in_use", `'${heir.id}' inherits from it`));
      const [asset] = await house.store.assets.find({ where: { typeId: id }, limit: 1 });
      if (asset) return failure(problem("type_in_use", `'${asset.name}' is of it`));
      await house.store.assetTypes.remove({ id });
      return success({ status: 204 });
    }),
  );
}

async function putFile(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const body = readBody(ask.body, FileBody);
  if (!body.ok) return body;
  const { key = "" } = ask.params;
  return changeFiles(house, ask, (files) => ({ ...files, [key]: body.value.fileId }));
}

async function removeFile(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  return changeFiles(house, ask, (files) => {
    const { [ask.params["key"] ?? ""]: _, ...rest } = files;
    return rest;
  });
}

type Files = AssetType["files"];

function changeFiles(
  house: House,
  ask: Ask,
  change: (files: Files) => Files,
): Promise<Outcome<Answer, Problem>> {
  return settle(house, ask, subjectOf(ask), () =>
    withKept(house, ask, "assetTypes", (known) =>
      write(house, ask, { ...known, files: change(known.files) }, known),
    ),
  );
}

async function keep(
  house: House,
  ask: Ask,
  next: AssetType,
  known: AssetType | undefined,
): Promise<Outcome<Answer, Problem>> {
  const faults = await faultsOf(house, next, known);
  return faults.ok ? write(house, ask, changedAssetType(known, next), known) : faults;
}

async function faultsOf(
  house: House,
  next: AssetType,
  known: AssetType | undefined,
): Promise<Outcome<void, Problem>> {
  const faults = assetTypeFaults(next, { known, whole: true }, await bookOf(house));
  return faults.length > 0 ? failure(problemAt("model_invalid", faults)) : success(undefined);
}

async function write(
  house: House,
  ask: Ask,
  next: AssetType,
  known: AssetType | undefined,
): Promise<Outcome<Answer, Problem>> {
  const fault = await assignmentFault(house, next.files, known?.files);
  if (fault) return failure(fault);
  const type = { ...next, version: known ? known.version + 1 : 0 };
  await house.store.assetTypes.put(type);
  const json = assetTypeJson(type, await viewOf(house, ask), ask);
  return success(versioned({}, type.version, json, known ? 200 : 201));
}

function subjectOf({ params }: Ask): string {
  return `asset-type:${params["id"]}`;
}
