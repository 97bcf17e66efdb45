import {
  type AspectType,
  type AssetType,
  PLAIN_ASPECT_TYPE,
  PLAIN_ASSET_TYPE,
  type Variable,
} from "../../domain/catalogue.ts";
import { wordOfKind } from "../../domain/data-type-word.ts";
import type { Asset } from "../../domain/model.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { TypeBook } from "../../domain/type-book.ts";
import { failure, type Outcome } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import { checkMatch } from "./etag.ts";
import type { Answer, Ask } from "./route.ts";

/** Types that MindSphere has in every tenant, with their parents. */
const CORE_TYPES: readonly AssetType[] = [
  ["core.basicenterprise", "core.basicasset"],
  ["core.basicsite", "core.basicasset"],
  ["core.basicarea", "core.basicasset"],
  ["core.basicagent", "core.basicasset"],
  ["core.mclib", "core.basicagent"],
  ["core.basicasset", ""],
].map(([id = "", parentId = ""]) => ({
  ...PLAIN_ASSET_TYPE,
  ...{ id, parentId, name: id.slice("core.".length), aspects: {} },
}));

/** What the screens call a place or a group that is of no type of its maker's. */
const OWN_TYPES = new Map([["area", "core.basicarea"]]);

/** All types that assets can be of: those that were made, those of protocols, MindSphere's own. */
export async function bookOf({ store, drivers }: House): Promise<TypeBook> {
  const catalogues = drivers.map(({ catalogue }) => catalogue);
  return new TypeBook(
    [...catalogues.flatMap(({ aspectTypes }) => aspectTypes), ...(await store.aspectTypes.find())],
    [
      ...CORE_TYPES,
      ...catalogues.flatMap(({ assetTypes }) => assetTypes),
      ...(await store.assetTypes.find()),
    ],
  );
}

type Kept = { readonly aspectTypes: AspectType; readonly assetTypes: AssetType };

type Shelves = {
  readonly [Kind in keyof Kept]: { get(id: string): Promise<Kept[Kind] | undefined> };
};

/** Goes on with a type that was made here, in the version that the caller knows. */
export async function withKept<Kind extends keyof Kept>(
  house: House,
  { params, headers }: Ask,
  kind: Kind,
  work: (known: Kept[Kind]) => Promise<Outcome<Answer, Problem>>,
): Promise<Outcome<Answer, Problem>> {
  const { id = "" } = params;
  const shelves: Shelves = house.store;
  const known = await shelves[kind].get(id);
  if (!known) return failure(await whyNotKept(house, kind, id));
  const match = checkMatch(headers, known.version);
  return match.ok ? work(known) : match;
}

async function whyNotKept(house: House, kind: keyof Kept, id: string): Promise<Problem> {
  const isOurs = (await bookOf(house))[kind].has(id);
  if (!isOurs) return problem("type_unknown", `no type '${id}'`);
  return problem("type_in_use", `'${id}' is a part of Fieldline and stays as it is`);
}

export function typeIdOf({ typeId }: Pick<Asset, "typeId">): string {
  return OWN_TYPES.get(typeId) ?? typeId;
}

/** The aspects of an asset: those of its type, and those that only its points tell. */
export type AssetAspect = {
  readonly name: string;
  /** Null where an aspect has no type: of a device that described itself otherwise. */
  readonly typeId: string | null;
  readonly category: "static" | "dynamic";
  readonly description: string;
  readonly variables: readonly Variable[];
};

type PointName = { readonly aspect: string; readonly variable: Variable };

export function aspectsOf(
  asset: Pick<Asset, "typeId">,
  points: readonly PointName[],
  book: TypeBook,
): readonly AssetAspect[] {
  const typed = Array.from(book.aspects(typeIdOf(asset)), ([name, { what: typeId }]) => {
    const { category, description, variables } = book.aspectTypes.get(typeId) ?? {
      ...PLAIN_ASPECT_TYPE,
      variables: [],
    };
    return { name, typeId, category, description, variables };
  });
  const names = new Set(typed.map(({ name }) => name));
  const others = points.filter(({ aspect }) => !names.has(aspect));
  const untyped = [...new Set(others.map(({ aspect }) => aspect))].map((name) => {
    const own = others.filter(({ aspect }) => aspect === name);
    const variables = own.map(({ variable }) => variable);
    return { ...PLAIN_ASPECT_TYPE, name, typeId: null, variables };
  });
  return [...typed, ...untyped];
}

/** A variable as Siemens' clients read it. */
export function variableJson(variable: Variable) {
  const { name, unit = null, searchable = false, length = null } = variable;
  const { defaultValue = null, qualityCode = false } = variable;
  const dataType = wordOfKind(variable);
  return { name, dataType, unit, searchable, length, defaultValue, qualityCode };
}
