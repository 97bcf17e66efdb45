import type { CustomTopic } from "../domain/custom-topic.ts";
import type { Actor } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { Store } from "../store/store.ts";
import type { IngestParts } from "./ingest.ts";

/** Topics that agents have registered for themselves, and how their messages are read. */
export class CustomTopics {
  readonly #store: Pick<Store, "customTopics">;
  readonly #byTopic = new Map<string, CustomTopic>();
  /** Grows with each change: what was looked up before may be wrong. */
  version = 0;

  static async load(store: Pick<Store, "customTopics">): Promise<CustomTopics> {
    const topics = new CustomTopics(store);
    for (const custom of await store.customTopics.find()) topics.#byTopic.set(custom.topic, custom);
    return topics;
  }

  private constructor(store: Pick<Store, "customTopics">) {
    this.#store = store;
  }

  get all(): readonly CustomTopic[] {
    return [...this.#byTopic.values()];
  }

  readonly of = (topic: string): CustomTopic | undefined => this.#byTopic.get(topic);

  /** Adds or replaces one; the next message on its topic is read by it. */
  async put(custom: CustomTopic): Promise<Outcome<void, Problem>> {
    const wrong = this.#wrongWith(custom);
    if (wrong) return failure(wrong);
    await this.#store.customTopics.put(custom);
    this.#byTopic.set(custom.topic, custom);
    this.version += 1;
    return success(undefined);
  }

  async remove(id: string): Promise<Outcome<CustomTopic, Problem>> {
    const custom = this.all.find((one) => one.id === id);
    if (!custom) return failure(problem("custom_topic_unknown", id));
    await this.#store.customTopics.remove({ id });
    this.#byTopic.delete(custom.topic);
    this.version += 1;
    return success(custom);
  }

  #wrongWith({ id, agentId, topic }: CustomTopic): Problem | undefined {
    const others = this.all.filter((one) => one.id !== id);
    if (others.some((one) => one.topic === topic)) {
      return problem("custom_topic_exists", `'${topic}' is registered already`);
    }
    if (others.filter((one) => one.agentId === agentId).length >= LIMIT.customTopicsPerAgent) {
      return problem("custom_topic_limit", `at most ${LIMIT.customTopicsPerAgent} an agent`);
    }
    const isFull = others.length >= LIMIT.customTopics;
    return isFull ? problem("custom_topic_limit", `at most ${LIMIT.customTopics}`) : undefined;
  }
}

export async function putCustomTopic(
  parts: Pick<IngestParts, "record" | "onChanged">,
  topics: CustomTopics,
  by: Actor,
  custom: CustomTopic,
): Promise<Outcome<void, Problem>> {
  const put = await topics.put(custom);
  if (put.ok) await tell(parts, by, "changed", custom);
  return put;
}

export async function removeCustomTopic(
  parts: Pick<IngestParts, "record" | "onChanged">,
  topics: CustomTopics,
  by: Actor,
  id: string,
): Promise<Outcome<CustomTopic, Problem>> {
  const removed = await topics.remove(id);
  if (removed.ok) await tell(parts, by, "removed", removed.value);
  return removed;
}

async function tell(
  { record, onChanged }: Pick<IngestParts, "record" | "onChanged">,
  by: Actor,
  what: "changed" | "removed",
  { agentId, topic, mappings }: CustomTopic,
): Promise<void> {
  const subject = `agent:${agentId}`;
  const detail = { topic, mappings: mappings.length };
  await record({ actor: by, kind: `agent.topic-${what}`, subject, detail });
  onChanged(subject);
}
