import { randomBytes } from "node:crypto";
import { keyOfAsset } from "../domain/asset-key.ts";
import { LIMIT } from "../domain/limit.ts";
import type { KeptModel } from "../domain/records.ts";
import { isJsonObject, type Json, type JsonObject } from "../lib/json.ts";
import type { Store } from "../store/store.ts";

type Link = { readonly model: KeptModel; readonly until: number };

/**
 * Addresses under which an agent reads its model without signing in: it can do so little more than
 * GET. Whoever has the address has the model, for an hour.
 */
export class ModelLinks {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #links = new Map<string, Link>();

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** The last part of the address. */
  give(model: KeptModel): string {
    const key = randomBytes(24).toString("base64url");
    this.#links.set(key, { model, until: this.#now() + LIMIT.modelLinkMs });
    const [oldest] = this.#links.keys();
    if (this.#links.size > LIMIT.modelLinks && oldest !== undefined) this.#links.delete(oldest);
    return key;
  }

  /** The model as its agent sent it, with the ids of the assets that its mappings lead to. */
  async read(key: string): Promise<JsonObject | undefined> {
    const link = this.#links.get(key);
    if (!link || link.until < this.#now()) return undefined;
    const { device, externalId, model } = link.model;
    const mappings = await this.#withAssets(link.model);
    const namespace = device.split("/")[0] ?? "";
    return { ...model, id: externalId, namespace, mappingModel: { mappings } };
  }

  async #withAssets({ driver, device, externalId, model }: KeptModel): Promise<Json[]> {
    const assets = new Map<string, string>();
    for (const { referenceId, name } of rowsIn(model, "instanceModel", "assets")) {
      const key = `${driver}:${device}/${externalId}/${referenceId}/${name}`;
      const [asset] = await this.#store.assets.find({ where: { externalId: key }, limit: 1 });
      if (asset) assets.set(String(referenceId), keyOfAsset(asset.id));
    }
    return rowsIn(model, "mappingModel", "mappings").map((mapping) => {
      const assetId = assets.get(String(mapping["assetReferenceId"]));
      return assetId === undefined ? mapping : { ...mapping, assetId };
    });
  }
}

function rowsIn(model: JsonObject, section: string, list: string): readonly JsonObject[] {
  const found = model[section];
  const rows = isJsonObject(found) ? found[list] : undefined;
  return Array.isArray(rows) ? rows.filter((row: Json) => isJsonObject(row)) : [];
}
