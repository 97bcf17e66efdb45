import type { AssetId, PointId } from "../domain/brand.ts";
import type { Asset, Point } from "../domain/model.ts";
import type { Clock } from "../lib/clock.ts";
import type { Store } from "../store/store.ts";

/** Those who change the model say so; a change that nobody told is still seen after this. */
const MODEL_MS = 5_000;

/** Assets and points as requests need them: by name, by parent, by series. Read once, kept. */
export class Model {
  readonly #store: Store;
  readonly #clock: Clock;
  #read: Promise<ModelView> | undefined;
  #readAt = 0;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  forget(): void {
    this.#read = undefined;
  }

  view(): Promise<ModelView> {
    const now = this.#clock.monotonic();
    if (this.#read && now - this.#readAt < MODEL_MS) return this.#read;
    this.#readAt = now;
    const read = this.#load();
    // A store that fails now may work at the next request.
    read.catch(() => this.forget());
    this.#read = read;
    return read;
  }

  async #load(): Promise<ModelView> {
    return new ModelView(await this.#store.assets.find(), await this.#store.points.find());
  }
}

/** The model at one moment. */
export class ModelView {
  readonly assets = new Map<AssetId, Asset>();
  readonly points = new Map<PointId, Point>();
  readonly bySeries = new Map<number, Point>();
  readonly #children = new Map<AssetId | null, Asset[]>();
  readonly #pointsOf = new Map<AssetId, Point[]>();

  constructor(assets: readonly Asset[], points: readonly Point[]) {
    for (const asset of assets) {
      this.assets.set(asset.id, asset);
      append(this.#children, asset.parentId, asset);
    }
    for (const point of points) {
      this.points.set(point.id, point);
      this.bySeries.set(point.series, point);
      append(this.#pointsOf, point.assetId, point);
    }
  }

  children(id: AssetId | null): readonly Asset[] {
    return this.#children.get(id) ?? [];
  }

  pointsOf(id: AssetId): readonly Point[] {
    return this.#pointsOf.get(id) ?? [];
  }

  /** The asset and all below it, parents first. */
  below(id: AssetId | null): Asset[] {
    const own = id === null ? undefined : this.assets.get(id);
    const found = own ? [own] : [...this.children(null)];
    for (const asset of found) found.push(...this.children(asset.id));
    return found;
  }

  /** From the root down to the asset itself. */
  line(id: AssetId): readonly Asset[] {
    const line: Asset[] = [];
    let asset = this.assets.get(id);
    while (asset && !line.includes(asset)) {
      line.unshift(asset);
      asset = asset.parentId === null ? undefined : this.assets.get(asset.parentId);
    }
    return line;
  }

  /** `Site/Area/Asset`. */
  path(id: AssetId): string {
    return this.line(id)
      .map(({ name }) => name)
      .join("/");
  }
}

function append<Key, Row>(lists: Map<Key, Row[]>, key: Key, row: Row): void {
  const list = lists.get(key);
  if (list) list.push(row);
  else lists.set(key, [row]);
}
