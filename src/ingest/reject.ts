import type { AgentId, Timestamp } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import type { ReceivedMessage } from "../domain/message.ts";
import type { Problem, ProblemCode } from "../domain/problem.ts";
import type { Rejected } from "../domain/records.ts";
import type { Driver } from "../driver/driver.ts";
import type { Gauges } from "../lib/gauge.ts";
import { newId } from "../lib/id.ts";
import type { Store } from "../store/store.ts";
import type { Bindings } from "./bindings.ts";
import { excerptOf } from "./excerpt.ts";

export type Rejection = {
  readonly agentId: string;
  readonly clientId: string;
  readonly driver: string;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly problem: Problem;
};

/**
 * Messages that were not taken, the newest LIMIT.rejectedMessages of them. The same again from the
 * same sender is one row that counts.
 */
export class Rejections {
  readonly #store: Store;
  readonly #now: () => number;
  /** Oldest first, by what makes two rejections the same. */
  readonly #rows: Map<string, Rejected>;
  readonly #changed = new Set<Rejected>();

  static async load(store: Store, now: () => number): Promise<Rejections> {
    const rows = await store.rejected.find();
    return new Rejections(store, now, new Map(rows.map((row) => [sameness(row), row])));
  }

  private constructor(store: Store, now: () => number, rows: Map<string, Rejected>) {
    this.#store = store;
    this.#now = now;
    this.#rows = rows;
  }

  /** Whether there are some that no `flush` has written. */
  get areNew(): boolean {
    return this.#changed.size > 0;
  }

  /** Remembered at once, durable with the next `flush`. */
  add(rejection: Rejection): void {
    const fresh = rowOf(rejection, this.#now());
    const key = sameness(fresh);
    const known = this.#rows.get(key);
    const row = known ? { ...fresh, id: known.id, times: known.times + 1 } : fresh;
    if (known) this.#changed.delete(known);
    this.#rows.delete(key);
    this.#rows.set(key, row);
    this.#changed.add(row);
  }

  async flush(): Promise<void> {
    if (!this.areNew) return;
    const surplus = this.#dropOldest();
    const rows = [...this.#changed];
    this.#changed.clear();
    await this.#store.together(async () => {
      await this.#store.rejected.put(...rows);
      for (const id of surplus) await this.#store.rejected.remove({ id });
    });
  }

  async clear(): Promise<void> {
    this.#rows.clear();
    this.#changed.clear();
    await this.#store.rejected.remove({});
  }

  /** What was refused for this reason is settled. */
  async forget(code: ProblemCode): Promise<void> {
    for (const [key, row] of this.#rows) {
      if (row.code !== code) continue;
      this.#rows.delete(key);
      this.#changed.delete(row);
    }
    await this.#store.rejected.remove({ code });
  }

  #dropOldest(): string[] {
    const dropped: string[] = [];
    for (const [key, row] of this.#rows) {
      if (this.#rows.size <= LIMIT.rejectedMessages) break;
      this.#rows.delete(key);
      if (!this.#changed.delete(row) || row.times > 1) dropped.push(row.id);
    }
    return dropped;
  }
}

/** Counts a message that was not taken, by its reason and with its agent, and remembers it. */
export function reject(
  { gauges }: { readonly gauges: Gauges },
  { bindings, rejections }: { readonly bindings: Bindings; readonly rejections: Rejections },
  rejection: Rejection,
): void {
  gauges.add(`messages_total{outcome="${rejection.problem.code}"}`);
  remember({ bindings, rejections }, rejection);
}

/** Remembers what was refused, with its agent; its message may count as taken all the same. */
export function remember(
  { bindings, rejections }: { readonly bindings: Bindings; readonly rejections: Rejections },
  rejection: Rejection,
): void {
  bindings.agent(rejection.agentId as AgentId).rejected += 1;
  rejections.add(rejection);
}

export function rejectionOf(
  message: ReceivedMessage,
  driver: Driver | null,
  reason: Problem,
): Rejection {
  return {
    agentId: message.agent,
    clientId: "",
    driver: driver?.id ?? "",
    topic: message.topic,
    payload: message.payload,
    problem: reason,
  };
}

function rowOf(rejection: Rejection, now: number): Rejected {
  const { payload, problem, ...rest } = rejection;
  return {
    ...rest,
    id: newId(now),
    at: now as Timestamp,
    topic: rest.topic.slice(0, LIMIT.topicBytes),
    excerpt: excerptOf(payload),
    bytes: payload.length,
    code: problem.code satisfies ProblemCode,
    detail: problem.detail.slice(0, 500),
    times: 1,
  };
}

function sameness(row: Rejected): string {
  return JSON.stringify([row.agentId, row.clientId, row.topic, row.code, row.detail]);
}
