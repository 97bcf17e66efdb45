import { type Static, type TSchema, Type } from "typebox";
import type { Asset } from "../../domain/model.ts";
import type { Place } from "../../domain/problem.ts";
import { valueFault } from "../../domain/static-value.ts";
import type { TypeBook } from "../../domain/type-book.ts";
import { nullable, oneOf } from "../schema.ts";
import { typeIdOf } from "./catalogue.ts";

/*
 * Assets as Siemens' clients write them. Values are texts there; numbers and booleans pass as well.
 */

const optional = <S extends TSchema>(schema: S) => Type.Optional(nullable(schema));
const Short = optional(Type.String({ maxLength: 255 }));

export const LocationBody = Type.Object({
  country: Short,
  region: Short,
  locality: Short,
  streetAddress: Short,
  postalCode: Short,
  longitude: optional(Type.Number({ minimum: -180, maximum: 180 })),
  latitude: optional(Type.Number({ minimum: -90, maximum: 90 })),
});

const Scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]);
const Values = Type.Array(Type.Object({ name: Type.String(), value: Type.Optional(Scalar) }));

const Changeable = {
  name: Type.String({ minLength: 1, maxLength: 128 }),
  externalId: Short,
  description: optional(Type.String({ maxLength: 2048 })),
  location: optional(LocationBody),
  variables: optional(Values),
  aspects: optional(Type.Array(Type.Object({ name: Type.String(), variables: optional(Values) }))),
  fileAssignments: optional(Type.Array(Type.Object({ key: Type.String(), fileId: Type.String() }))),
};

export const AssetBody = Type.Object({
  ...Changeable,
  typeId: Type.String({ minLength: 1, maxLength: 128 }),
  parentId: optional(Type.String()),
  timezone: optional(Type.String({ maxLength: 64 })),
  twinType: optional(oneOf(["performance", "simulation"])),
});
export const AssetChange = Type.Object(Changeable);
export const AssetPatch = Type.Partial(AssetChange);
export const AssetMove = Type.Object({ newParentId: Type.String() });

type Changed = Static<typeof AssetPatch>;

/** The asset as it is when what is named is changed; null takes away. */
export function changedAsset(asset: Asset, body: Changed): Asset {
  const { name, externalId, description, location } = body;
  return {
    ...asset,
    name: name ?? asset.name,
    externalId: externalId === undefined ? asset.externalId : externalId,
    description: description === undefined ? asset.description : (description ?? ""),
    location: location === undefined ? asset.location : location && locationFrom(location),
    statics: changedStatics(asset.statics, body),
    files: body.fileAssignments ? filesFrom(body.fileAssignments) : asset.files,
  };
}

export function locationFrom(body: Static<typeof LocationBody>): Asset["location"] {
  const said = Object.entries(body).filter(([, value]) => value !== null);
  return Object.fromEntries(said);
}

/** What is written down that its type does not know, or that is not of its type. */
export function staticFaults(asset: Asset, book: TypeBook): readonly Place[] {
  return Object.entries(asset.statics).flatMap(([aspect, values]) =>
    Object.entries(values).flatMap(([name, text]) => {
      const path = aspect === "" ? `/variables/${name}` : `/aspects/${aspect}/variables/${name}`;
      const detail = staticFault(typeIdOf(asset), { aspect, name, text }, book);
      return detail === undefined ? [] : [{ path, detail }];
    }),
  );
}

type Written = { readonly aspect: string; readonly name: string; readonly text: string };

function staticFault(
  typeId: string,
  { aspect, name, text }: Written,
  book: TypeBook,
): string | undefined {
  if (aspect === "") {
    const own = book.variables(typeId).get(name)?.what;
    return own ? valueFault(own, text) : `'${typeId}' has no variable '${name}'`;
  }
  const type = book.aspectType(typeId, aspect);
  if (!type) return `'${typeId}' has no aspect '${aspect}'`;
  if (type.category === "dynamic") return `'${aspect}' is dynamic: its values are a time series`;
  const variable = type.variables.find((one) => one.name === name);
  return variable ? valueFault(variable, text) : `'${aspect}' has no variable '${name}'`;
}

/** Value by value: what a change does not name stays. */
function changedStatics(statics: Asset["statics"], body: Changed): Asset["statics"] {
  const changed = new Map(Object.entries(statics));
  const named = [{ name: "", variables: body.variables }, ...(body.aspects ?? [])];
  for (const { name, variables } of named) {
    const values = changedValues(changed.get(name) ?? {}, variables ?? []);
    if (Object.keys(values).length > 0) changed.set(name, values);
    else changed.delete(name);
  }
  return Object.fromEntries(changed);
}

function changedValues(
  known: Readonly<Record<string, string>>,
  changes: Static<typeof Values>,
): Readonly<Record<string, string>> {
  const values = new Map(Object.entries(known));
  for (const { name, value = null } of changes) {
    if (value === null || value === "") values.delete(name);
    else values.set(name, String(value));
  }
  return Object.fromEntries(values);
}

function filesFrom(files: readonly { key: string; fileId: string }[]): Asset["files"] {
  return Object.fromEntries(files.map(({ key, fileId }) => [key, fileId]));
}
