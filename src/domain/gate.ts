import type { Rights } from "./agent.ts";
import type { AgentId } from "./brand.ts";
import { type Problem, problem } from "./problem.ts";
import { containsFilter, matchesFilter } from "./topic.ts";

/** All that the dialects grant; a plain agent may have many more. */
const FILTERS_SUGGESTED = 3;

/**
 * Where an agent may publish and subscribe; its rights are compiled once. Every broker asks here:
 * the embedded one for each topic, others over HTTP.
 */
export class Gate {
  readonly agent: AgentId;
  readonly #publish: readonly ((topic: string) => boolean)[];
  readonly #subscribe: readonly string[];

  constructor({ agent, rights }: { readonly agent: AgentId; readonly rights: Rights }) {
    this.agent = agent;
    this.#publish = rights.publish.map(compiled);
    this.#subscribe = rights.subscribe;
  }

  /** False: it only looks on, as an integration does. */
  get speaks(): boolean {
    return this.#publish.length > 0;
  }

  mayPublish(topic: string): boolean {
    return this.#publish.some((allows) => allows(topic));
  }

  /** Whether all that the filter can name is granted; a topic is a filter for itself. */
  maySubscribe(filter: string): boolean {
    return this.#subscribe.some((grant) => containsFilter(grant, filter));
  }

  /** For a subscription that is not granted: most are misspelt, and what is granted shows how. */
  refusalOfSubscription(filter: string): Problem {
    const granted = this.#subscribe.slice(0, FILTERS_SUGGESTED).join(", ") || "nothing";
    const rest = this.#subscribe.length > FILTERS_SUGGESTED ? ", …" : "";
    const detail = `may not subscribe to ${filter}; it may subscribe to ${granted}${rest}`;
    return problem("topic_forbidden", `the agent ${detail}`);
  }
}

/** Most grants are a prefix and `/#`: a topic with that prefix needs no look at its levels. */
function compiled(grant: string): (topic: string) => boolean {
  if (!/^[^+#]+\/#$/.test(grant)) return (topic) => matchesFilter(grant, topic);
  const prefix = grant.slice(0, -1);
  const parent = grant.slice(0, -2);
  return (topic) => topic.startsWith(prefix) || topic === parent;
}
