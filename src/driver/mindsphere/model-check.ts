import type { Place } from "../../domain/problem.ts";
import type {
  ModelAspectType,
  ModelAsset,
  ModelAssetType,
  ModelMapping,
  ModelParts,
  ModelVariable,
} from "./model-parts.ts";

const TYPE_ID = /^[A-Za-z0-9_.]{1,128}$/;
/** Names that mean something else in the cloud's own API. */
const RESERVED: ReadonlySet<string> = new Set([
  ...["id", "name", "description", "tenant", "etag", "scope", "properties", "propertySets"],
  ...["extends", "variables", "aspects", "parentTypeId"],
]);
/** Ids of assets: the cloud's, and ours. */
const ASSET_ID = /^(?:[0-9a-f]{32}|[0-9a-hjkmnp-tv-z]{21})$/;

/** Notes what does not fit together in a model that is well formed. */
export function checkParts(parts: ModelParts, tenant: string, places: Place[]): void {
  checkAspectTypes(parts.aspectTypes, tenant, places);
  checkAssetTypes(parts.assetTypes, tenant, places);
  checkAssets(parts.assets, places);
  checkMappings(parts, places);
}

type Found =
  | { readonly variable: ModelVariable }
  /** Which name of the mapping leads nowhere. */
  | { readonly wrong: "aspectName" | "variableName" }
  /** The search leads out of the model, to types that only the house knows. */
  | { readonly outside: true };

/** The variable that a mapping means, as far as the model tells. */
export function mappedVariable(mapping: ModelMapping, parts: ModelParts): Found {
  const asset = parts.assets.find(({ referenceId }) => referenceId === mapping.assetReferenceId);
  const seen = new Set<string>();
  for (let typeId = asset?.typeId; typeId !== undefined && !seen.has(typeId); ) {
    seen.add(typeId);
    const type = parts.assetTypes.find(({ id }) => id === typeId);
    const aspect = type?.aspects.find(({ name }) => name === mapping.aspectName);
    if (aspect) return variableIn(aspect.aspectTypeId, mapping, parts);
    if (!type) return typeId.startsWith("core.") ? { wrong: "aspectName" } : { outside: true };
    typeId = type.parentTypeId;
  }
  return { outside: true };
}

function variableIn(id: string, { variableName }: ModelMapping, parts: ModelParts): Found {
  const aspectType = parts.aspectTypes.find((other) => other.id === id);
  if (!aspectType) return { outside: true };
  const variable = aspectType.variables.find(({ name }) => name === variableName);
  return variable ? { variable } : { wrong: "variableName" };
}

function checkAspectTypes(
  aspectTypes: readonly ModelAspectType[],
  tenant: string,
  places: Place[],
): void {
  noteRepeats(aspectTypes, "id", places);
  for (const type of aspectTypes) {
    checkTypeId(type, tenant, places);
    noteRepeats(type.variables, "name", places);
    for (const { path, name } of type.variables) {
      if (!RESERVED.has(name)) continue;
      places.push({ path: `${path}/name`, detail: `'${name}' is a reserved name` });
    }
  }
}

function checkAssetTypes(
  assetTypes: readonly ModelAssetType[],
  tenant: string,
  places: Place[],
): void {
  noteRepeats(assetTypes, "id", places);
  const circles = circlesIn(new Map(assetTypes.map(({ id, parentTypeId }) => [id, parentTypeId])));
  for (const type of assetTypes) {
    checkTypeId(type, tenant, places);
    noteRepeats(type.aspects, "name", places);
    if (circles.has(type.id)) {
      places.push({ path: `${type.path}/parentTypeId`, detail: "its parents form a circle" });
    }
  }
}

/** A tenant's types are its own: no agent extends those of another, or of the house. */
function checkTypeId(
  { path, id }: { readonly path: string; readonly id: string },
  tenant: string,
  places: Place[],
): void {
  if (!TYPE_ID.test(id)) {
    places.push({ path: `${path}/id`, detail: "expected up to 128 of A-Z a-z 0-9 _ ." });
  } else if (!id.startsWith(`${tenant}.`)) {
    places.push({ path: `${path}/id`, detail: `'${id}' does not begin with '${tenant}.'` });
  }
}

function checkAssets(assets: readonly ModelAsset[], places: Place[]): void {
  noteRepeats(assets, "referenceId", places);
  const parents = new Map(
    assets.map(({ referenceId, parentReferenceId }) => [referenceId, parentReferenceId]),
  );
  const circles = circlesIn(parents);
  for (const { path, referenceId, parentReferenceId: parent } of assets) {
    if (parent === undefined) continue;
    if (circles.has(referenceId)) {
      places.push({ path: `${path}/parentReferenceId`, detail: "its parents form a circle" });
    } else if (!parents.has(parent) && parent !== "root" && !ASSET_ID.test(parent)) {
      places.push({ path: `${path}/parentReferenceId`, detail: `no asset '${parent}'` });
    }
  }
}

function checkMappings(parts: ModelParts, places: Place[]): void {
  const references = new Set(parts.assets.map(({ referenceId }) => referenceId));
  for (const mapping of parts.mappings) {
    const wrong = wrongIn(mapping, parts, references);
    if (wrong) places.push({ ...wrong, path: `${mapping.path}/${wrong.path}` });
  }
  // One data point may feed many assets, but not two variables of one aspect, nor two data points
  // one variable.
  const aspectOf = (mapping: ModelMapping) =>
    [mapping.assetReferenceId ?? mapping.assetId, mapping.aspectName].join("\n");
  noteSame(parts.mappings, "variableName", aspectOf, places);
  noteSame(parts.mappings, "dataPointId", aspectOf, places);
}

/** What is wrong with a mapping, with its path inside it. */
function wrongIn(
  mapping: ModelMapping,
  parts: ModelParts,
  references: ReadonlySet<string>,
): Place | undefined {
  const { assetReferenceId, assetId, aspectName, variableName } = mapping;
  if (assetReferenceId === undefined) {
    if (assetId !== undefined && ASSET_ID.test(assetId)) return undefined;
    return { path: "assetReferenceId", detail: "expected it, or the assetId of an asset" };
  }
  if (!references.has(assetReferenceId)) {
    return { path: "assetReferenceId", detail: `no asset '${assetReferenceId}'` };
  }
  const found = mappedVariable(mapping, parts);
  if (!("wrong" in found)) return undefined;
  const detail =
    found.wrong === "aspectName"
      ? `its asset's type has no aspect '${aspectName}'`
      : `aspect '${aspectName}' has no variable '${variableName}'`;
  return { path: found.wrong, detail };
}

type PathAnd<Key extends string> = { readonly path: string } & Readonly<Record<Key, string>>;

function noteRepeats<Key extends string>(
  rows: readonly PathAnd<Key>[],
  key: Key,
  places: Place[],
): void {
  noteSame(rows, key, () => "", places);
}

/** Notes each row whose key an earlier row of the same group has. */
function noteSame<Key extends string, Row extends PathAnd<Key>>(
  rows: readonly Row[],
  key: Key,
  groupOf: (row: Row) => string,
  places: Place[],
): void {
  const seen = new Set<string>();
  for (const row of rows) {
    const value: string = row[key];
    const known = `${groupOf(row)}\n${value}`;
    if (seen.has(known)) places.push({ path: `${row.path}/${key}`, detail: `'${value}' twice` });
    seen.add(known);
  }
}

/** Those that are their own ancestors. Each is walked over once, however long the lines are. */
function circlesIn(parents: ReadonlyMap<string, string | undefined>): ReadonlySet<string> {
  const circles = new Set<string>();
  const known = new Set<string>();
  for (const start of parents.keys()) {
    const line = new Set<string>();
    let next: string | undefined = start;
    while (next !== undefined && !known.has(next)) {
      line.add(next);
      known.add(next);
      next = parents.get(next);
    }
    if (next === undefined || !line.has(next)) continue;
    const members = [...line];
    for (const member of members.slice(members.indexOf(next))) circles.add(member);
  }
  return circles;
}
