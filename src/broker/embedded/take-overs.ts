import type { AgentId } from "../../domain/brand.ts";
import { LIMIT } from "../../domain/limit.ts";

const MINUTE_MS = 60_000;
const AGENTS_MAX = 1_000;

/** Tells two clients that fight over one identity from one that lost its connection. */
export class TakeOvers {
  readonly #recent = new Map<AgentId, { since: number; count: number }>();

  /** True once a minute for an agent that was taken over too often in it. */
  note(agent: AgentId, now: number): boolean {
    const recent = this.#recent.get(agent);
    if (!recent || now - recent.since >= MINUTE_MS) {
      if (this.#recent.size >= AGENTS_MAX) this.#recent.clear();
      this.#recent.set(agent, { since: now, count: 1 });
      return false;
    }
    recent.count += 1;
    return recent.count === LIMIT.takeOversPerMinute + 1;
  }
}
