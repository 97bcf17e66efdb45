import { type Agent, rightsOf } from "../domain/agent.ts";
import type { AgentId } from "../domain/brand.ts";
import { Gate } from "../domain/gate.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Clock, Timer } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";

type OwnersParts = {
  readonly list: () => Promise<readonly Agent[]>;
  readonly clock: Clock;
  readonly log: Log;
};

type Owner = { readonly gate: Gate; readonly filters: readonly string[] };

/**
 * Whose topic is it? Other brokers pass messages on without their sender, so it is the agent that
 * may publish there; of several the one whose grant says it most closely. Read again now and then,
 * for another process may have enrolled or revoked agents.
 */
export class Owners {
  readonly #parts: OwnersParts;
  readonly #known = new Map<string, AgentId | null>();
  #owners: readonly Owner[] = [];
  #print = "";
  #topics: readonly string[] = [];
  readonly #listeners: ((topics: readonly string[]) => void)[] = [];
  #timer: Timer | undefined;

  static async open(parts: OwnersParts): Promise<Owners> {
    const owners = new Owners(parts);
    await owners.#read();
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
    this.#read().catch((reason: unknown) => {
      this.#parts.log.warn("agents could not be read again", { reason: String(reason) });
    });
  }

  close(): void {
    this.#timer?.cancel();
  }

  #find(topic: string): AgentId | undefined {
    let best: AgentId | undefined;
    let most = -1;
    for (const { gate, filters } of this.#owners) {
      if (!gate.mayPublish(topic)) continue;
      const closeness = Math.max(...filters.map(literalLevels));
      if (closeness > most) [best, most] = [gate.agent, closeness];
    }
    return best;
  }

  async #read(): Promise<void> {
    const agents = (await this.#parts.list()).filter(({ revoked }) => !revoked);
    const print = JSON.stringify(agents.map((agent) => [agent.id, rightsOf(agent)]));
    if (print === this.#print) return;
    this.#print = print;
    this.#owners = agents.map((agent) => {
      const rights = rightsOf(agent);
      return { gate: new Gate({ agent: agent.id, rights }), filters: rights.publish };
    });
    this.#known.clear();
    const topics = topicsOfTheirOwn(agents);
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

/** The demo plant's agents live in this process. */
function topicsOfTheirOwn(agents: readonly Agent[]): readonly string[] {
  const granted = agents.filter(({ demo }) => !demo).flatMap(({ grant }) => grant?.publish ?? []);
  return [...new Set(granted)];
}

function literalLevels(filter: string): number {
  return filter.split("/").filter((level) => level !== "+" && level !== "#").length;
}
