import type { AspectType, AssetType, Variable } from "./catalogue.ts";

/** Types that everything stands on: MindSphere has them in every tenant. They carry no aspects. */
export const CORE = /^core\./;

/** What a type has, and the type of its line that brought it. */
export type Own<What> = { readonly what: What; readonly from: AssetType };

/** Asset types as they inherit from each other, and the aspect types that they use. */
export class TypeBook {
  readonly aspectTypes: Map<string, AspectType>;
  readonly assetTypes: Map<string, AssetType>;

  constructor(aspectTypes: Iterable<AspectType>, assetTypes: Iterable<AssetType>) {
    this.aspectTypes = new Map(Array.from(aspectTypes, (type) => [type.id, type]));
    this.assetTypes = new Map(Array.from(assetTypes, (type) => [type.id, type]));
  }

  hasAssetType(id: string): boolean {
    return this.assetTypes.has(id) || CORE.test(id);
  }

  /** The type and its parents, as far as they are known; a circle of parents ends it. */
  line(id: string): readonly AssetType[] {
    const line: AssetType[] = [];
    let type = this.assetTypes.get(id);
    while (type && !line.includes(type)) {
      line.push(type);
      type = this.assetTypes.get(type.parentId);
    }
    return line;
  }

  /** Aspect names of a type and of its parents, to the ids of their types. */
  aspects(id: string): ReadonlyMap<string, Own<string>> {
    return this.#inherited(id, ({ aspects }) => Object.entries(aspects));
  }

  /** What its assets say of themselves, without an aspect. */
  variables(id: string): ReadonlyMap<string, Own<Variable>> {
    return this.#inherited(id, ({ variables }) => variables.map((one) => [one.name, one]));
  }

  files(id: string): ReadonlyMap<string, Own<string>> {
    return this.#inherited(id, ({ files }) => Object.entries(files));
  }

  aspectType(assetTypeId: string, aspect: string): AspectType | undefined {
    return this.aspectTypes.get(this.aspects(assetTypeId).get(aspect)?.what ?? "");
  }

  variable(assetTypeId: string, aspect: string, name: string): Variable | undefined {
    return this.aspectType(assetTypeId, aspect)?.variables.find((one) => one.name === name);
  }

  /** Every type that stands somewhere below this one. */
  below(id: string): readonly AssetType[] {
    const all = [...this.assetTypes.values()];
    return all.filter((type) => type.id !== id && this.line(type.id).some((one) => one.id === id));
  }

  /** Parents first; what a type says itself counts more than what it inherits. */
  #inherited<What>(
    id: string,
    entriesOf: (type: AssetType) => readonly (readonly [name: string, what: What])[],
  ): ReadonlyMap<string, Own<What>> {
    const found = new Map<string, Own<What>>();
    for (const from of this.line(id).toReversed()) {
      for (const [name, what] of entriesOf(from)) found.set(name, { what, from });
    }
    return found;
  }
}
