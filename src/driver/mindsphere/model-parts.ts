import type { Variable } from "../../domain/catalogue.ts";
import { DATA_TYPE_WORDS, kindOfWord } from "../../domain/data-type-word.ts";
import type { Place } from "../../domain/problem.ts";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";

/** A model as its agent wrote it, read once; each part knows its place in the JSON. */
export type ModelParts = {
  readonly aspectTypes: readonly ModelAspectType[];
  readonly assetTypes: readonly ModelAssetType[];
  readonly assets: readonly ModelAsset[];
  readonly mappings: readonly ModelMapping[];
};

type Placed = { readonly path: string };

export type ModelAspectType = Placed & {
  readonly id: string;
  readonly name: string;
  readonly category: "static" | "dynamic";
  readonly description: string;
  readonly variables: readonly ModelVariable[];
};

export type ModelVariable = Placed & Variable;

export type ModelAssetType = Placed & {
  readonly id: string;
  readonly name: string;
  readonly parentTypeId: string;
  readonly description: string;
  readonly instantiable: boolean;
  readonly variables: readonly ModelVariable[];
  readonly aspects: readonly (Placed & {
    readonly name: string;
    readonly aspectTypeId: string;
  })[];
};

export type ModelAsset = Placed & {
  readonly referenceId: string;
  readonly typeId: string;
  readonly name: string;
  readonly description: string;
  readonly parentReferenceId: string | undefined;
};

export type ModelMapping = Placed & {
  readonly dataPointId: string;
  readonly assetReferenceId: string | undefined;
  readonly assetId: string | undefined;
  readonly aspectName: string;
  readonly variableName: string;
};

/** Reads the sections of a model; what is not of their form is noted in `places`. */
export function readModel(model: JsonObject, places: Place[]): ModelParts {
  const reader = new Reader(places);
  const typeModel = reader.section(model, "typeModel");
  const instanceModel = reader.section(model, "instanceModel");
  const mappingModel = reader.section(model, "mappingModel");
  return {
    aspectTypes: reader.list(typeModel, "aspectTypes", readAspectType),
    assetTypes: reader.list(typeModel, "assetTypes", readAssetType),
    assets: reader.list(instanceModel, "assets", readAsset),
    mappings: reader.list(mappingModel, "mappings", readMapping),
  };
}

function readAspectType(json: Spot, reader: Reader): ModelAspectType {
  const { path } = json;
  const variables = reader.list(json, "variables", readVariable);
  return {
    path,
    id: reader.text(json, "id"),
    name: reader.text(json, "name"),
    category: json.object["category"] === "static" ? "static" : "dynamic",
    description: reader.optionalText(json, "description") ?? "",
    variables,
  };
}

function readVariable(json: Spot, reader: Reader): ModelVariable {
  const given = reader.text(json, "dataType");
  const kind = kindOfWord(given);
  if (given && !kind) {
    const expected = DATA_TYPE_WORDS.join(", ");
    reader.note(json, "dataType", `found '${given}', expected one of ${expected}`);
  }
  const unit = reader.optionalText(json, "unit");
  const defaultValue = reader.optionalText(json, "defaultValue");
  const { length, qualityCode, searchable } = json.object;
  return {
    path: json.path,
    name: reader.text(json, "name"),
    ...(kind ?? { dataType: "string" }),
    ...(unit !== undefined && { unit }),
    // Agents say 0 or null where there is none.
    ...(typeof length === "number" && length > 0 && { length }),
    ...(qualityCode === true && { qualityCode }),
    ...(searchable === true && { searchable }),
    ...(defaultValue !== undefined && { defaultValue }),
  };
}

function readAssetType(json: Spot, reader: Reader): ModelAssetType {
  return {
    path: json.path,
    id: reader.text(json, "id"),
    name: reader.text(json, "name"),
    parentTypeId: reader.text(json, "parentTypeId"),
    description: reader.optionalText(json, "description") ?? "",
    instantiable: json.object["instantiable"] !== false,
    variables: reader.list(json, "variables", readVariable),
    aspects: reader.list(json, "aspects", (aspect) => ({
      path: aspect.path,
      name: reader.text(aspect, "name"),
      aspectTypeId: reader.text(aspect, "aspectTypeId"),
    })),
  };
}

function readAsset(json: Spot, reader: Reader): ModelAsset {
  return {
    path: json.path,
    referenceId: reader.text(json, "referenceId"),
    typeId: reader.text(json, "typeId"),
    name: reader.text(json, "name"),
    description: reader.optionalText(json, "description") ?? "",
    parentReferenceId: reader.optionalText(json, "parentReferenceId"),
  };
}

function readMapping(json: Spot, reader: Reader): ModelMapping {
  return {
    path: json.path,
    dataPointId: reader.text(json, "dataPointId"),
    assetReferenceId: reader.optionalText(json, "assetReferenceId"),
    assetId: reader.optionalText(json, "assetId"),
    aspectName: reader.text(json, "aspectName"),
    variableName: reader.text(json, "variableName"),
  };
}

type Spot = { readonly path: string; readonly object: JsonObject };

class Reader {
  readonly #places: Place[];

  constructor(places: Place[]) {
    this.#places = places;
  }

  note({ path }: { readonly path: string }, key: string, detail: string): void {
    this.#places.push({ path: `${path}/${key}`, detail });
  }

  /** A section that is left out is an empty one. */
  section(model: JsonObject, key: string): Spot {
    const value = model[key] ?? {};
    if (!isJsonObject(value)) this.note({ path: "" }, key, `found ${kindOf(value)}, not an object`);
    return { path: `/${key}`, object: isJsonObject(value) ? value : {} };
  }

  list<T>(from: Spot, key: string, read: (json: Spot, reader: Reader) => T): readonly T[] {
    const value = from.object[key] ?? [];
    if (!Array.isArray(value)) {
      this.note(from, key, `found ${kindOf(value)}, expected an array`);
      return [];
    }
    return value.flatMap((object: Json, index) => {
      const path = `${from.path}/${key}/${index}`;
      if (isJsonObject(object)) return [read({ path, object }, this)];
      this.#places.push({ path, detail: `found ${kindOf(object)}, expected an object` });
      return [];
    });
  }

  text(from: Spot, key: string): string {
    const value = from.object[key];
    if (typeof value === "string" && value !== "") return value;
    this.note(from, key, `found ${kindOf(value)}, expected a text`);
    return "";
  }

  /** Models that come back from the cloud spell absence as null. */
  optionalText(from: Spot, key: string): string | undefined {
    const value = from.object[key];
    if (value === undefined || value === null || value === "") return undefined;
    if (typeof value === "string") return value;
    this.note(from, key, `found ${kindOf(value)}, expected a text`);
    return undefined;
  }
}

function kindOf(json: Json | undefined): string {
  if (json === undefined) return "nothing";
  if (json === null || json === "") return json === null ? "null" : "an empty text";
  return Array.isArray(json) ? "an array" : `a ${typeof json}`;
}
