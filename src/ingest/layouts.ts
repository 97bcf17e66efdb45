import type { Actor } from "../domain/event.ts";
import { faultIn, type Layout } from "../domain/frame.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { isValidFilter, matchesFilter } from "../domain/topic.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { Store } from "../store/store.ts";
import type { IngestParts } from "./ingest.ts";

/** How people have said that messages are to be read; in the order of their names. */
export class Layouts {
  readonly #store: Pick<Store, "layouts">;
  #all: readonly Layout[] = [];
  /** Grows with each change: what was looked up before may be wrong. */
  version = 0;

  static async load(store: Pick<Store, "layouts">): Promise<Layouts> {
    const layouts = new Layouts(store);
    layouts.#keep(await store.layouts.find());
    return layouts;
  }

  private constructor(store: Pick<Store, "layouts">) {
    this.#store = store;
  }

  get all(): readonly Layout[] {
    return this.#all;
  }

  readonly of = (topic: string): Layout | undefined => {
    return this.#all.find(({ filter }) => matchesFilter(filter, topic));
  };

  /** The next message on its topics is read by it. */
  async put(layout: Layout): Promise<Outcome<void, Problem>> {
    const fault = this.#faultOf(layout);
    if (fault) return failure(problem("layout_invalid", fault));
    const others = this.#all.filter(({ id }) => id !== layout.id);
    if (others.length >= LIMIT.layouts) {
      return failure(problem("layout_limit", `at most ${LIMIT.layouts} layouts`));
    }
    await this.#store.layouts.put(layout);
    this.#keep([...others, layout]);
    return success(undefined);
  }

  async remove(id: string): Promise<Outcome<Layout, Problem>> {
    const layout = this.#all.find((other) => other.id === id);
    if (!layout) return failure(problem("layout_unknown", id));
    await this.#store.layouts.remove({ id });
    this.#keep(this.#all.filter((other) => other !== layout));
    return success(layout);
  }

  #keep(layouts: readonly Layout[]): void {
    this.#all = layouts.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    this.version += 1;
  }

  #faultOf({ id, name, filter, fields }: Layout): string | undefined {
    if (!isValidFilter(filter)) return `/filter: '${filter}' is no topic filter`;
    const isTaken = this.#all.some((other) => other.name === name && other.id !== id);
    return isTaken ? `/name: another layout is called '${name}'` : faultIn(fields);
  }
}

type Parts = Pick<IngestParts, "record" | "onChanged">;

export async function putLayout(
  parts: Parts,
  layouts: Layouts,
  by: Actor,
  layout: Layout,
): Promise<Outcome<void, Problem>> {
  const put = await layouts.put(layout);
  if (!put.ok) return put;
  const subject = `layout:${layout.id}`;
  const detail = { name: layout.name, filter: layout.filter, fields: layout.fields.length };
  await parts.record({ actor: by, kind: "layout.changed", subject, detail });
  parts.onChanged(subject);
  return put;
}

export async function removeLayout(
  parts: Parts,
  layouts: Layouts,
  by: Actor,
  id: string,
): Promise<Outcome<void, Problem>> {
  const removed = await layouts.remove(id);
  if (!removed.ok) return removed;
  const { name, filter } = removed.value;
  const subject = `layout:${id}`;
  await parts.record({ actor: by, kind: "layout.removed", subject, detail: { name, filter } });
  parts.onChanged(subject);
  return success(undefined);
}
