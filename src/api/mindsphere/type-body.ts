import { type Static, type TSchema, Type } from "typebox";
import type { Variable } from "../../domain/catalogue.ts";
import { DATA_TYPE_WORDS, kindOfWord } from "../../domain/data-type-word.ts";
import { nullable, oneOf } from "../schema.ts";

/*
 * Types as Siemens' clients write them. Where they have nothing to say they leave a field out, or
 * write null.
 */

const optional = <S extends TSchema>(schema: S) => Type.Optional(nullable(schema));
const Name = Type.String({ minLength: 1, maxLength: 255 });
const Description = optional(Type.String({ maxLength: 2048 }));

const VariableBody = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 64 }),
  dataType: oneOf(DATA_TYPE_WORDS),
  unit: optional(Type.String({ maxLength: 32 })),
  searchable: optional(Type.Boolean()),
  length: optional(Type.Integer()),
  defaultValue: optional(Type.String()),
  qualityCode: optional(Type.Boolean()),
});

export const AspectTypeBody = Type.Object({
  name: Name,
  category: oneOf(["static", "dynamic"]),
  scope: optional(oneOf(["private"])),
  description: Description,
  variables: Type.Array(VariableBody),
});
export const AspectTypePatch = Type.Partial(AspectTypeBody);

const Aspects = Type.Array(
  Type.Object({
    name: Type.String({ minLength: 1, maxLength: 128 }),
    aspectTypeId: optional(Type.String()),
    /** As it was read: clients send back what they got. */
    aspectType: optional(Type.Object({ id: Type.String() })),
  }),
);
/** The file of one keyword. */
export const FileBody = Type.Object({ fileId: Type.String({ minLength: 1, maxLength: 128 }) });
const Files = Type.Array(Type.Object({ key: Type.String(), fileId: Type.String() }));

export const AssetTypeBody = Type.Object({
  name: Name,
  description: Description,
  parentTypeId: optional(Type.String()),
  instantiable: optional(Type.Boolean()),
  scope: optional(oneOf(["private"])),
  aspects: optional(Aspects),
  variables: optional(Type.Array(VariableBody)),
  fileAssignments: optional(Files),
});
export const AssetTypePatch = Type.Partial(AssetTypeBody);

/** What may become of an asset type's own variable, by its name. */
export const VariableChanges = Type.Record(
  Type.String(),
  Type.Object({
    unit: optional(Type.String({ maxLength: 32 })),
    length: optional(Type.Integer()),
    defaultValue: optional(Type.String()),
  }),
);

export function variableFrom(body: Static<typeof VariableBody>): Variable {
  const { name, dataType, unit, searchable, length, defaultValue, qualityCode } = body;
  return {
    name,
    ...(kindOfWord(dataType) ?? { dataType: "string" }),
    ...(typeof unit === "string" && { unit }),
    ...(searchable && { searchable }),
    ...(typeof length === "number" && { length }),
    ...(typeof defaultValue === "string" && { defaultValue }),
    ...(typeof qualityCode === "boolean" && { qualityCode }),
  };
}

export function aspectsFrom(body: Static<typeof Aspects>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    body.map(({ name, aspectTypeId, aspectType }) => [name, aspectTypeId ?? aspectType?.id ?? ""]),
  );
}

export function filesFrom(body: Static<typeof Files>): Readonly<Record<string, string>> {
  return Object.fromEntries(body.map(({ key, fileId }) => [key, fileId]));
}
