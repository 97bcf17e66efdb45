import type { AspectType, AssetType, Variable } from "../domain/catalogue.ts";
import type { Declaration } from "../domain/findings.ts";
import type { Place } from "../domain/problem.ts";
import type { Store } from "../store/store.ts";

/** Types that everything stands on; they carry no aspects and are not kept. */
const BASE_TYPE = /^core\./;

/** The kept types and the declared ones, as they are together. */
export type Types = {
  readonly changedAspectTypes: readonly AspectType[];
  readonly changedAssetTypes: readonly AssetType[];
  hasAssetType(id: string): boolean;
  /** A variable of an asset type, which has its parents' aspects as well. */
  variable(assetTypeId: string, aspect: string, name: string): Variable | undefined;
};

/** Adds to the kept types what is new; a change of what they say already is reported. */
export async function mergeTypes(
  store: Store,
  declaration: Declaration,
  places: Place[],
): Promise<Types> {
  const aspectTypes = byId(await store.aspectTypes.find());
  const assetTypes = byId(await store.assetTypes.find());
  const changedAspectTypes: AspectType[] = [];
  const changedAssetTypes: AssetType[] = [];

  for (const [index, declared] of declaration.aspectTypes.entries()) {
    const known = aspectTypes.get(declared.id);
    const merged = mergeAspectType(known, declared, { path: `/aspectTypes/${index}`, places });
    if (merged !== known) changedAspectTypes.push(merged);
    aspectTypes.set(merged.id, merged);
  }
  for (const [index, declared] of declaration.assetTypes.entries()) {
    const path = `/assetTypes/${index}`;
    const known = assetTypes.get(declared.id);
    const merged = mergeAssetType(known, declared, { path, places });
    if (merged !== known) changedAssetTypes.push(merged);
    assetTypes.set(merged.id, merged);
    for (const [aspect, id] of Object.entries(declared.aspects)) {
      if (aspectTypes.has(id)) continue;
      places.push({ path: `${path}/aspects/${aspect}`, detail: `no aspect type '${id}'` });
    }
  }
  return {
    changedAspectTypes,
    changedAssetTypes,
    hasAssetType: (id) => assetTypes.has(id) || BASE_TYPE.test(id),
    variable: (typeId, aspect, name) => {
      const aspectType = aspectTypes.get(aspectOf(assetTypes, typeId, aspect) ?? "");
      return aspectType?.variables.find((variable) => variable.name === name);
    },
  };
}

type At = { readonly path: string; readonly places: Place[] };

function mergeAspectType(
  known: AspectType | undefined,
  declared: AspectType,
  { path, places }: At,
): AspectType {
  if (!known) return declared;
  const added: Variable[] = [];
  for (const [index, variable] of declared.variables.entries()) {
    const kept = known.variables.find(({ name }) => name === variable.name);
    if (!kept) added.push(variable);
    else reportChange(kept, variable, { path: `${path}/variables/${index}`, places });
  }
  return added.length > 0 ? { ...known, variables: [...known.variables, ...added] } : known;
}

/** Samples are kept in this type and unit: it cannot become another. */
function reportChange(kept: Variable, declared: Variable, { path, places }: At): void {
  if (kept.dataType !== declared.dataType) {
    const detail = `'${kept.name}' is ${kept.dataType} and cannot become ${declared.dataType}`;
    places.push({ path: `${path}/dataType`, detail });
  }
  if (declared.unit !== undefined && (kept.unit ?? "") !== declared.unit) {
    const detail = `'${kept.name}' is in '${kept.unit ?? ""}', not in '${declared.unit}'`;
    places.push({ path: `${path}/unit`, detail });
  }
}

function mergeAssetType(
  known: AssetType | undefined,
  declared: AssetType,
  { path, places }: At,
): AssetType {
  if (!known) return declared;
  if (known.parentId !== declared.parentId) {
    const detail = `the parent of '${known.id}' is '${known.parentId}'`;
    places.push({ path: `${path}/parentId`, detail });
  }
  const added: [aspect: string, id: string][] = [];
  for (const [aspect, id] of Object.entries(declared.aspects)) {
    const kept = Object.hasOwn(known.aspects, aspect) ? known.aspects[aspect] : undefined;
    if (kept === undefined) added.push([aspect, id]);
    else if (kept !== id) {
      places.push({ path: `${path}/aspects/${aspect}`, detail: `it is of type '${kept}'` });
    }
  }
  const aspects = { ...known.aspects, ...Object.fromEntries(added) };
  return added.length > 0 ? { ...known, aspects } : known;
}

/** Looks for an aspect up the line of parents; a circle of parents ends the search. */
function aspectOf(
  assetTypes: ReadonlyMap<string, AssetType>,
  typeId: string,
  aspect: string,
): string | undefined {
  const seen = new Set<string>();
  for (let type = assetTypes.get(typeId); type && !seen.has(type.id); ) {
    if (Object.hasOwn(type.aspects, aspect)) return type.aspects[aspect];
    seen.add(type.id);
    type = assetTypes.get(type.parentId);
  }
  return undefined;
}

function byId<T extends { readonly id: string }>(rows: readonly T[]): Map<string, T> {
  return new Map(rows.map((row) => [row.id, row]));
}
