import type { AgentId } from "../domain/brand.ts";
import type { Message } from "../domain/message.ts";
import { matchesFilter } from "../domain/topic.ts";

/** An agent may publish first and subscribe afterwards: MindSphere's steps are in that order. */
const REMEMBERED_MS = 10 * 60_000;
const REMEMBERED_PER_AGENT = 20;

type Said = { readonly at: number; readonly message: Message };

/** What protocols answered lately, for those who subscribe after the answer was given. */
export class Answers {
  readonly #said = new Map<AgentId, Said[]>();
  readonly #send: (message: Message) => Promise<unknown>;
  readonly #now: () => number;

  constructor(send: (message: Message) => Promise<unknown>, now: () => number) {
    this.#send = send;
    this.#now = now;
  }

  async say(agent: AgentId, messages: readonly Message[]): Promise<void> {
    const said = [
      ...this.#recent(agent),
      ...messages.map((message) => ({ at: this.#now(), message })),
    ];
    this.#said.set(agent, said.slice(-REMEMBERED_PER_AGENT));
    for (const message of messages) await this.#send(message);
  }

  /** Says again what the filter names; a repeated status does no harm. */
  async repeat(agent: AgentId, filter: string): Promise<void> {
    for (const { message } of this.#recent(agent)) {
      if (matchesFilter(filter, message.topic)) await this.#send(message);
    }
  }

  #recent(agent: AgentId): Said[] {
    const since = this.#now() - REMEMBERED_MS;
    return (this.#said.get(agent) ?? []).filter(({ at }) => at >= since);
  }
}
