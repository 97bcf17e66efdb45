import type { AgentId, Timestamp } from "../domain/brand.ts";
import type { Message } from "../domain/message.ts";
import type { KeptAnswer } from "../domain/records.ts";
import { matchesFilter } from "../domain/topic.ts";
import type { Store } from "../store/store.ts";

/** An agent may publish first and subscribe afterwards: MindSphere's steps are in that order. */
const REMEMBERED_MS = 10 * 60_000;
const REMEMBERED_PER_AGENT = 20;

type Said = { readonly number: number; readonly at: number; readonly message: Message };

type AnswersParts = {
  readonly store: Pick<Store, "answers">;
  readonly send: (message: Message) => Promise<unknown>;
  readonly now: () => number;
};

/**
 * What protocols answered lately, for those who subscribe after the answer was given. What says how
 * something ended is kept on the disk: it is told again after a restart, too.
 */
export class Answers {
  readonly #said = new Map<AgentId, Said[]>();
  readonly #parts: AnswersParts;
  /** The number of the newest of all. */
  #last = 0;
  /** Until when topics rest. */
  readonly #resting = new Map<string, number>();

  static async load(parts: AnswersParts): Promise<Answers> {
    const answers = new Answers(parts);
    const { store, now } = parts;
    await store.answers.remove({}, { column: "at", to: now() - REMEMBERED_MS });
    for (const { agentId, number, at, topic, payload } of await store.answers.find()) {
      const message = { topic, payload: Buffer.from(payload), qos: 1, isKept: true } as const;
      answers.#said.set(agentId, [...answers.#recent(agentId), { number, at, message }]);
      answers.#last = Math.max(answers.#last, number);
    }
    return answers;
  }

  private constructor(parts: AnswersParts) {
    this.#parts = parts;
  }

  /** Kept before it is said: whoever hears it can rely on hearing it again. */
  async say(agent: AgentId, wanted: readonly Message[]): Promise<void> {
    const { store, send, now } = this.#parts;
    const at = now();
    const messages = wanted.filter((message) => !this.#rests(message, at));
    const lasting = messages.filter(({ restMs }) => restMs === undefined);
    const said = lasting.map((message, index) => ({ number: this.#last + index + 1, at, message }));
    this.#last += said.length;
    const all = [...this.#recent(agent), ...said];
    this.#said.set(agent, all.slice(-REMEMBERED_PER_AGENT));
    const kept = said.filter(({ message }) => message.isKept);
    if (kept.length > 0) {
      await this.#forget(agent, all.slice(0, -REMEMBERED_PER_AGENT));
      await store.answers.put(...kept.map((one) => rowOf(agent, one)));
    }
    for (const message of messages) await send(message);
  }

  /** Says again what the filter names; a repeated status does no harm. */
  async repeat(agent: AgentId, filter: string): Promise<void> {
    for (const { message } of this.#recent(agent)) {
      if (matchesFilter(filter, message.topic)) await this.#parts.send(message);
    }
  }

  #recent(agent: AgentId): Said[] {
    const since = this.#parts.now() - REMEMBERED_MS;
    return (this.#said.get(agent) ?? []).filter(({ at }) => at >= since);
  }

  /** Whether its topic is to be left alone now; if not, its rest begins. */
  #rests({ topic, restMs }: Message, at: number): boolean {
    if (restMs === undefined) return false;
    const until = this.#resting.get(topic) ?? at;
    // Longer than it may last: the clock was set back.
    if (until > at && until <= at + restMs) return true;
    for (const [other, end] of this.#resting) if (end <= at) this.#resting.delete(other);
    this.#resting.set(topic, at + restMs);
    return false;
  }

  /** What is too old goes, and what there are too many of. */
  async #forget(agentId: AgentId, older: readonly Said[]): Promise<void> {
    const { store, now } = this.#parts;
    await store.answers.remove({ agentId }, { column: "at", to: now() - REMEMBERED_MS });
    for (const { number } of older) await store.answers.remove({ agentId, number });
  }
}

function rowOf(agentId: AgentId, { number, at, message }: Said): KeptAnswer {
  const { topic, payload } = message;
  return { agentId, number, at: at as Timestamp, topic, payload: Buffer.from(payload).toString() };
}
