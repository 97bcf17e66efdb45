import { type Agent, rightsOf } from "../domain/agent.ts";
import type { AgentId } from "../domain/brand.ts";
import { Gate } from "../domain/gate.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Clock, Timer } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Store } from "../store/store.ts";

type OwnersParts = {
  readonly store: Pick<Store, "agents" | "agentChanges">;
  readonly clock: Clock;
  readonly log: Log;
};

type Owner = {
  readonly gate: Gate;
  readonly filters: readonly string[];
  /** What it may publish besides the tree of its kind. */
  readonly own: readonly string[];
};

/**
 * Whose topic is it? Other brokers pass messages on without their sender, so it is the agent that
 * may publish there; of several the one whose grant says it most closely. What changed is read now
 * and then, for another process may have enrolled or revoked agents.
 */
export class Owners {
  readonly #parts: OwnersParts;
  readonly #known = new Map<string, AgentId | null>();
  readonly #owners = new Map<AgentId, Owner>();
  /** Changes up to this one are known. */
  #seen = 0;
  #topics: readonly string[] = [];
  readonly #listeners: ((topics: readonly string[]) => void)[] = [];
  #timer: Timer | undefined;
  /** One after the other: an older look must not come behind a newer one. */
  #turn: Promise<void> = Promise.resolve();

  static async open(parts: OwnersParts): Promise<Owners> {
    const owners = new Owners(parts);
    await owners.#readAll();
    owners.#readAgain();
    return owners;
  }

  private constructor(parts: OwnersParts) {
    this.#parts = parts;
  }

  of(topic: string): AgentId | undefined {
    const known = this.#known.get(topic);
    if (known !== undefined) return known ?? undefined;
    if (this.#known.size >= LIMIT.ownedTopics) this.#known.clear();
    const found = this.#find(topic);
    this.#known.set(topic, found ?? null);
    return found;
  }

  /** What agents may publish besides the trees of their kinds; the same list until it changes. */
  get topics(): readonly string[] {
    return this.#topics;
  }

  /** Told the topics now, and whenever they are others. */
  onTopics(call: (topics: readonly string[]) => void): void {
    this.#listeners.push(call);
    call(this.#topics);
  }

  /** At once where this process changed an agent. */
  refresh(): void {
    this.#turn = this.#turn
      .then(() => this.#readChanges())
      .catch((reason: unknown) => {
        this.#parts.log.warn("agents could not be read again", { reason: String(reason) });
      });
  }

  close(): void {
    this.#timer?.cancel();
  }

  #find(topic: string): AgentId | undefined {
    let best: AgentId | undefined;
    let most = -1;
    for (const { gate, filters } of this.#owners.values()) {
      if (!gate.mayPublish(topic)) continue;
      const closeness = Math.max(...filters.map(literalLevels));
      if (closeness > most) [best, most] = [gate.agent, closeness];
    }
    return best;
  }

  /** What changes while they are read is newer than what is known, and read again. */
  async #readAll(): Promise<void> {
    const { agents, agentChanges } = this.#parts.store;
    const newest = { by: ["version"], descending: true, limit: 1 } as const;
    const [last] = await agentChanges.find(newest);
    for (const agent of await agents.find()) this.#take(agent.id, agent);
    this.#seen = last?.version ?? 0;
    this.#tellTopics();
  }

  async #readChanges(): Promise<void> {
    const { agents, agentChanges } = this.#parts.store;
    const within = { column: "version", from: this.#seen + 1 } as const;
    const changes = await agentChanges.find({ within, by: ["version"] });
    let areOthers = false;
    for (const { agentId, version } of changes) {
      const before = this.#owners.get(agentId)?.own;
      this.#take(agentId, await agents.get(agentId));
      areOthers ||= String(before) !== String(this.#owners.get(agentId)?.own);
      this.#seen = version;
    }
    if (changes.length > 0) this.#known.clear();
    if (areOthers) this.#tellTopics();
  }

  #take(id: AgentId, agent: Agent | undefined): void {
    if (!agent || agent.revoked) {
      this.#owners.delete(id);
      return;
    }
    const rights = rightsOf(agent);
    // The demo plant's agents live in this process.
    const own = agent.demo ? [] : (agent.grant?.publish ?? []);
    this.#owners.set(id, { gate: new Gate({ agent: id, rights }), filters: rights.publish, own });
  }

  #tellTopics(): void {
    const topics = [...new Set([...this.#owners.values()].flatMap(({ own }) => own))];
    if (String(topics) === String(this.#topics)) return;
    this.#topics = topics;
    for (const call of this.#listeners) call(topics);
  }

  #readAgain(): void {
    this.#timer = this.#parts.clock.after(LIMIT.ownersReadMs, () => {
      this.refresh();
      this.#readAgain();
    });
  }
}

function literalLevels(filter: string): number {
  return filter.split("/").filter((level) => level !== "+" && level !== "#").length;
}
