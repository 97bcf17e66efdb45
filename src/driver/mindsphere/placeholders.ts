import type { Place } from "../../domain/problem.ts";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";

const PLACEHOLDER = /\$\{([^}]*)\}/g;

/** Whether some names of the model are known only when it is instantiated. */
export function hasPlaceholders(model: JsonObject): boolean {
  return JSON.stringify(model).includes("${");
}

/** Puts the parameters' values into every text of the model; one without a value is noted. */
export function fillIn(
  model: JsonObject,
  parameters: Readonly<Record<string, string>>,
  places: Place[],
): JsonObject {
  const values = new Map(Object.entries(parameters));
  const fill = (json: Json, path: string): Json => {
    if (typeof json === "string") return fillText(json, values, path, places);
    if (Array.isArray(json)) return json.map((item, index) => fill(item, `${path}/${index}`));
    return isJsonObject(json) ? fillObject(json, path) : json;
  };
  const fillObject = (json: JsonObject, path: string): JsonObject =>
    Object.fromEntries(
      Object.entries(json).map(([key, value]) => [key, fill(value, `${path}/${key}`)]),
    );
  return fillObject(model, "");
}

function fillText(
  text: string,
  values: ReadonlyMap<string, string>,
  path: string,
  places: Place[],
): string {
  return text.replace(PLACEHOLDER, (placeholder, name: string) => {
    const value = values.get(name);
    if (value === undefined) places.push({ path, detail: `no value for ${placeholder}` });
    return value ?? "";
  });
}
