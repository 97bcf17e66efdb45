import type { ChannelName } from "../../domain/brand.ts";
import {
  type AspectType,
  type AssetType,
  PLAIN_ASPECT_TYPE,
  PLAIN_ASSET_TYPE,
  type Variable,
} from "../../domain/catalogue.ts";
import type {
  Declaration,
  DeclaredAsset,
  DeclaredBinding,
  Finding,
} from "../../domain/findings.ts";
import { type Place, type Problem, problemAt } from "../../domain/problem.ts";
import type { JsonObject } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { checkParts, mappedVariable } from "./model-check.ts";
import {
  type ModelAspectType,
  type ModelAsset,
  type ModelAssetType,
  type ModelMapping,
  type ModelParts,
  type ModelVariable,
  readModel,
} from "./model-parts.ts";
import { fillIn, hasPlaceholders } from "./placeholders.ts";
import { tenantOf } from "./topics.ts";

type Wish = Extract<Finding, { kind: "instantiate" }>;

/** Turns a kept model and the wish to use it into our words, or tells all that is wrong with it. */
export function declare(model: JsonObject, wish: Wish): Outcome<Declaration, Problem> {
  const places: Place[] = [];
  const filled = fillIn(model, wish.parameters, places);
  if (places.length > 0) return failure(problemAt("model_invalid", places));

  const parts = readModel(filled, places);
  if (places.length === 0) checkParts(parts, tenantOf(wish.device), places);
  if (places.length > 0) return failure(problemAt("model_invalid", places));
  return success({
    aspectTypes: parts.aspectTypes.map(aspectTypeOf),
    assetTypes: parts.assetTypes.map(assetTypeOf),
    assets: parts.assets.map((asset) => assetOf(asset, parts, wish)),
    bindings: parts.mappings.map((mapping) => bindingOf(mapping, parts, wish)),
  });
}

/**
 * What is wrong with a model before anybody wishes to use it. One with placeholders is looked at
 * only then, for until then its names are not known.
 */
export function checkModel(model: JsonObject, tenant: string): readonly Place[] {
  const places: Place[] = [];
  if (hasPlaceholders(model)) return places;
  const parts = readModel(model, places);
  if (places.length === 0) checkParts(parts, tenant, places);
  return places;
}

function aspectTypeOf({ id, name, category, description, variables }: ModelAspectType): AspectType {
  const own = { id, name, category, description, variables: variables.map(variableOf) };
  return { ...PLAIN_ASPECT_TYPE, ...own };
}

function variableOf({ path: _, ...variable }: ModelVariable): Variable {
  return variable;
}

function assetTypeOf(type: ModelAssetType): AssetType {
  const { id, name, parentTypeId, description, instantiable } = type;
  const entries = type.aspects.map((aspect) => [aspect.name, aspect.aspectTypeId]);
  const aspects: AssetType["aspects"] = Object.fromEntries(entries);
  const variables = type.variables.map(variableOf);
  const own = { id, name, parentId: parentTypeId, description, instantiable, aspects, variables };
  return { ...PLAIN_ASSET_TYPE, ...own };
}

function assetOf(asset: ModelAsset, parts: ModelParts, wish: Wish): DeclaredAsset {
  const { referenceId, typeId, name, description } = asset;
  const reference = referenceOf(referenceId, wish);
  return { reference, parent: parentOf(asset, parts, wish), typeId, name, description };
}

/** An asset of the model, else what the asset names; if it names nothing, what the wish does. */
function parentOf(
  { parentReferenceId }: ModelAsset,
  { assets }: ModelParts,
  wish: Wish,
): string | null {
  if (parentReferenceId === undefined) return wish.parentAssetId;
  const isDeclared = assets.some(({ referenceId }) => referenceId === parentReferenceId);
  return isDeclared ? referenceOf(parentReferenceId, wish) : parentReferenceId;
}

/** Two models of one agent may use the same reference for different assets. */
function referenceOf(referenceId: string, wish: Wish): string {
  return `${wish.externalId}/${referenceId}`;
}

function bindingOf(mapping: ModelMapping, parts: ModelParts, wish: Wish): DeclaredBinding {
  const { dataPointId, assetReferenceId, assetId = "", aspectName, variableName } = mapping;
  const found = mappedVariable(mapping, parts);
  // Of a type that the model leaves to the house, the house knows all but the name.
  const named: Variable = { name: variableName, dataType: "string" };
  return {
    channel: dataPointId as ChannelName,
    asset: assetReferenceId === undefined ? assetId : referenceOf(assetReferenceId, wish),
    aspect: aspectName,
    variable: "variable" in found ? variableOf(found.variable) : named,
  };
}
