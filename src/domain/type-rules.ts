import type { AspectType, AssetType, Variable } from "./catalogue.ts";
import { wordOfKind } from "./data-type-word.ts";
import { LIMIT } from "./limit.ts";
import type { Place } from "./problem.ts";
import { valueFault } from "./static-value.ts";
import { CORE, type TypeBook } from "./type-book.ts";

/*
 * What may become of types: MindSphere's rules, on whichever way a type comes. Samples and assets
 * rest on them, so nothing that is said once is taken back: things are added, and little is
 * widened. A change that says nothing of something leaves it as it is.
 */

/** `whole`: the change lists everything that stays, so that what is missing would be taken away. */
type Change<Type> = { readonly known: Type | undefined; readonly whole: boolean };

const TYPE_ID = /^[A-Za-z0-9_.]{1,128}$/;
/** Names that mean something else in the cloud's own API. */
const RESERVED: ReadonlySet<string> = new Set([
  ...["id", "name", "description", "tenant", "etag", "scope", "properties", "propertySets"],
  ...["extends", "variables", "aspects", "parentTypeId"],
]);

/**
 * What is wrong with an aspect type, or with the change of one; places are relative to it. `book`
 * has the types as they are before it.
 */
export function aspectTypeFaults(
  next: AspectType,
  { known, whole }: Change<AspectType>,
  book: TypeBook,
): readonly Place[] {
  const places = idFaults(next.id);
  const namesake = known ? undefined : namesakeOf(next, book);
  if (namesake) places.push({ path: "/name", detail: `'${namesake.id}' has this name` });
  if (known && known.category !== next.category && !known.variables.every(isEarly)) {
    places.push({ path: "/category", detail: `'${next.id}' is ${known.category}` });
  }
  if (known && known.name !== next.name) {
    places.push({ path: "/name", detail: `'${next.id}' is called '${known.name}'` });
  }
  const { category } = next;
  places.push(...variableFaults(next.variables, { known: known?.variables, whole, category }));
  return places;
}

/** The same for an asset type. */
export function assetTypeFaults(
  next: AssetType,
  { known, whole }: Change<AssetType>,
  book: TypeBook,
): readonly Place[] {
  const places = idFaults(next.id);
  if (known && known.parentId !== next.parentId) {
    places.push({
      path: "/parentId",
      detail: `the parent of '${known.id}' is '${known.parentId}'`,
    });
  } else if (!book.hasAssetType(next.parentId)) {
    places.push({ path: "/parentId", detail: `no asset type '${next.parentId}'` });
  }
  if (known?.instantiable && !next.instantiable) {
    places.push({ path: "/instantiable", detail: "there may be assets of it already" });
  }
  places.push(...aspectFaults(next, { known, whole }, book));
  const category = "static";
  places.push(...variableFaults(next.variables, { known: known?.variables, whole, category }));
  places.push(...familyFaults(next, book));
  return places;
}

/** The aspect type as it is after a change that was found right. */
export function changedAspectType(known: AspectType | undefined, next: AspectType): AspectType {
  if (!known) return next;
  return { ...known, ...next, variables: changedVariables(known.variables, next.variables) };
}

export function changedAssetType(known: AssetType | undefined, next: AssetType): AssetType {
  if (!known) return next;
  const aspects = { ...known.aspects, ...next.aspects };
  const variables = changedVariables(known.variables, next.variables);
  return { ...known, ...next, commands: known.commands, aspects, variables };
}

function idFaults(id: string): Place[] {
  if (TYPE_ID.test(id) && id.includes(".") && !CORE.test(id)) return [];
  const detail = `'${id}': expected a tenant, a point and a name, up to 128 of A-Z a-z 0-9 _ .`;
  return [{ path: "/id", detail }];
}

/** Names of aspect types are told apart in a tenant; those of asset types need not be. */
function namesakeOf({ id, name }: AspectType, book: TypeBook): AspectType | undefined {
  const types = [...book.aspectTypes.values()];
  return types.find(
    (one) => one.id !== id && one.name === name && tenantOf(one.id) === tenantOf(id),
  );
}

function tenantOf(typeId: string): string {
  return typeId.slice(0, typeId.indexOf("."));
}

type VariableChange = Pick<AspectType, "category"> & {
  readonly known: readonly Variable[] | undefined;
  readonly whole: boolean;
};

function variableFaults(
  variables: readonly Variable[],
  { known = [], whole, category }: VariableChange,
): readonly Place[] {
  const names = variables.map(({ name }) => name);
  const gone = whole ? known.filter(({ name }) => !names.includes(name)) : [];
  const own = variables.flatMap((next, index) => {
    const kept = known.find(({ name }) => name === next.name);
    const faults = [
      ...unless(names.indexOf(next.name) === index, "/name", `'${next.name}' twice`),
      ...(kept ? changeFaults(toldOf(kept, next), next, category) : newFaults(next, category)),
    ];
    return faults.map(({ path, detail }) => ({ path: `/variables/${index}${path}`, detail }));
  });
  const isFew = variables.length <= LIMIT.variablesPerType;
  return [
    ...own,
    ...gone.map(({ name }) => ({ path: "/variables", detail: `'${name}' cannot be removed` })),
    ...unless(isFew, "/variables", `more than ${LIMIT.variablesPerType}`),
  ];
}

function isEarly(variable: Variable): boolean {
  return variable.isEarly === true;
}

/** What a change is held to: an early variable's own words, and for the rest what is said now. */
function toldOf(kept: Variable, next: Variable): Variable {
  if (!isEarly(kept) || kept.dataType !== next.dataType) return kept;
  const { int32, text, length, qualityCode } = next;
  const now = {
    ...(int32 !== undefined && { int32 }),
    ...(text !== undefined && { text }),
    ...(length !== undefined && { length }),
    ...(qualityCode !== undefined && { qualityCode }),
  };
  return { ...now, ...kept };
}

function newFaults(next: Variable, category: AspectType["category"]): readonly Place[] {
  const { name, text, defaultValue } = next;
  const isDynamic = category === "dynamic";
  const wrongDefault = defaultValue === undefined ? undefined : valueFault(next, defaultValue);
  return [
    ...unless(name !== "" && !RESERVED.has(name), "/name", `'${name}' is a reserved name`),
    ...unless(text !== "big" || isDynamic, "/dataType", "BIG_STRING is for dynamic aspects only"),
    ...lengthFaults(next),
    ...unless(
      defaultValue === undefined || !isDynamic,
      "/defaultValue",
      "only static aspects have default values",
    ),
    ...unless(wrongDefault === undefined, "/defaultValue", wrongDefault ?? ""),
  ];
}

function lengthFaults(next: Variable): readonly Place[] {
  const { dataType, text, length } = next;
  if (length === undefined) return [];
  if (dataType !== "string" || text === "timestamp") {
    return [{ path: "/length", detail: "only texts have a length" }];
  }
  const isRight = length >= 1 && length <= longest(next);
  return unless(isRight, "/length", `expected 1 to ${longest(next)}`);
}

/** Samples are kept in this type and unit: it cannot become another. */
function changeFaults(
  kept: Variable,
  next: Variable,
  category: AspectType["category"],
): readonly Place[] {
  const { name, unit = "", qualityCode = false, length = longest(kept) } = kept;
  const [was, is] = [wordOfKind(kept), wordOfKind(next)];
  if (was !== is) {
    return [{ path: "/dataType", detail: `'${name}' is ${was} and cannot become ${is}` }];
  }
  const mayGrow = category === "static" && was === "STRING";
  const wanted = next.length ?? length;
  const isLengthRight = wanted === length || (mayGrow && wanted > length);
  const isUnitRight = (next.unit ?? unit) === unit;
  const isQualityRight = (next.qualityCode ?? qualityCode) === qualityCode;
  return [
    ...unless(isUnitRight, "/unit", `'${name}' is in '${unit}', not in '${next.unit}'`),
    ...unless(isQualityRight, "/qualityCode", `'${name}' keeps what it said of quality`),
    ...unless(isLengthRight, "/length", `'${name}' has ${length} characters`),
    ...newFaults({ ...kept, ...next }, category),
  ];
}

function unless(isRight: boolean, path: string, detail: string): readonly Place[] {
  return isRight ? [] : [{ path, detail }];
}

function aspectFaults(
  next: AssetType,
  { known, whole }: Change<AssetType>,
  book: TypeBook,
): readonly Place[] {
  const kept = new Map(Object.entries(known?.aspects ?? {}));
  const wanted = new Map(Object.entries(next.aspects));
  const gone = whole ? [...kept.keys()].filter((name) => !wanted.has(name)) : [];
  return [
    ...[...wanted].flatMap(([name, id]) => aspectFault(name, id, { kept: kept.get(name), book })),
    ...gone.map((name) => ({ path: "/aspects", detail: `'${name}' cannot be removed` })),
  ];
}

function aspectFault(
  name: string,
  id: string,
  { kept = id, book }: { readonly kept: string | undefined; readonly book: TypeBook },
): readonly Place[] {
  const path = `/aspects/${name}`;
  if (kept !== id) return [{ path, detail: `it is of type '${kept}'` }];
  return [
    ...unless(book.aspectTypes.has(id), path, `no aspect type '${id}'`),
    ...unless(!RESERVED.has(name), path, `'${name}' is a reserved name`),
  ];
}

/** Names are told apart in the whole family: in what is inherited, and in what inherits. */
function familyFaults(next: AssetType, book: TypeBook): readonly Place[] {
  const family = [...book.line(next.parentId), ...book.below(next.id)];
  const others = family.filter(({ id }) => id !== next.id);
  const isCircle = book
    .line(next.parentId)
    .some(({ id, parentId }) => id === next.id || parentId === next.id);
  if (isCircle) return [{ path: "/parentId", detail: "its parents form a circle" }];
  const places: Place[] = [];
  for (const [name, id] of Object.entries(next.aspects)) {
    // An agent may say again what its type inherits; that is no second aspect.
    const other = others.find((one) => (one.aspects[name] ?? id) !== id);
    if (!other) continue;
    places.push({ path: `/aspects/${name}`, detail: `'${other.id}' has one of this name` });
  }
  for (const [index, { name }] of next.variables.entries()) {
    const other = others.find((one) => one.variables.some((variable) => variable.name === name));
    if (!other) continue;
    places.push({ path: `/variables/${index}/name`, detail: `'${other.id}' has one of this name` });
  }
  return places;
}

function changedVariables(
  known: readonly Variable[],
  next: readonly Variable[],
): readonly Variable[] {
  const changes = new Map(next.map((variable) => [variable.name, variable]));
  const kept = known.map((variable) => {
    const { isEarly: _, ...rest } = variable;
    const change = changes.get(variable.name);
    return change ? { ...rest, ...change } : variable;
  });
  const added = next.filter(({ name }) => !known.some((variable) => variable.name === name));
  return [...kept, ...added];
}

function longest({ text }: Variable): number {
  return text === "big" ? LIMIT.bigStringChars : LIMIT.stringChars;
}
