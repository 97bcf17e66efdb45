import type { AspectType, AssetType } from "../domain/catalogue.ts";
import type { Declaration } from "../domain/findings.ts";
import type { Place } from "../domain/problem.ts";
import { TypeBook } from "../domain/type-book.ts";
import {
  aspectTypeFaults,
  assetTypeFaults,
  changedAspectType,
  changedAssetType,
} from "../domain/type-rules.ts";
import type { Store } from "../store/store.ts";

/** The kept types and the declared ones, as they are together. */
export type Types = {
  readonly changedAspectTypes: readonly AspectType[];
  readonly changedAssetTypes: readonly AssetType[];
  readonly book: TypeBook;
};

/** Adds to the kept types what is new; a change of what they say already is reported. */
export async function mergeTypes(
  store: Store,
  declaration: Declaration,
  places: Place[],
): Promise<Types> {
  const book = new TypeBook(await store.aspectTypes.find(), await store.assetTypes.find());
  const changedAspectTypes: AspectType[] = [];
  const changedAssetTypes: AssetType[] = [];
  const note = (faults: readonly Place[], path: string) => {
    for (const place of faults) places.push({ ...place, path: path + place.path });
    return faults.length > 0;
  };

  for (const [index, declared] of declaration.aspectTypes.entries()) {
    const known = book.aspectTypes.get(declared.id);
    const faults = aspectTypeFaults(declared, { known, whole: false }, book);
    const isWrong = note(faults, `/aspectTypes/${index}`);
    // What is wrong here must not look wrong again wherever it is used.
    const right = isWrong && known ? additionsTo(known, declared) : declared;
    const merged = counted(known, changedAspectType(known, right));
    if (merged !== known) changedAspectTypes.push(merged);
    book.aspectTypes.set(merged.id, merged);
  }
  for (const [index, declared] of parentsFirst(declaration.assetTypes)) {
    const known = book.assetTypes.get(declared.id);
    note(assetTypeFaults(declared, { known, whole: false }, book), `/assetTypes/${index}`);
    const merged = counted(known, changedAssetType(known, declared));
    if (merged !== known) changedAssetTypes.push(merged);
    book.assetTypes.set(merged.id, merged);
  }
  return { changedAspectTypes, changedAssetTypes, book };
}

function additionsTo(known: AspectType, { variables }: AspectType): AspectType {
  const names = known.variables.map(({ name }) => name);
  return { ...known, variables: variables.filter(({ name }) => !names.includes(name)) };
}

/** What says nothing new is no change. */
function counted<Type extends { readonly version: number }>(
  known: Type | undefined,
  next: Type,
): Type {
  if (!known) return next;
  const { version } = known;
  const isSame = JSON.stringify({ ...next, version }) === JSON.stringify(known);
  return isSame ? known : { ...next, version: version + 1 };
}

/** A type may stand in the list before its parent. */
function parentsFirst(types: readonly AssetType[]): readonly (readonly [number, AssetType])[] {
  const waiting = new Map(types.entries());
  const ordered: [number, AssetType][] = [];
  while (waiting.size > 0) {
    const all = [...waiting];
    const isFree = ({ parentId }: AssetType) => !all.some(([, { id }]) => id === parentId);
    const free = all.filter(([, type]) => isFree(type));
    // What is left in a circle is reported for having no parent.
    for (const [index, type] of free.length > 0 ? free : all) {
      ordered.push([index, type]);
      waiting.delete(index);
    }
  }
  return ordered;
}
