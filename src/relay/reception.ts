import { hash } from "node:crypto";
import type { BrokerParts } from "../broker/broker.ts";
import type { AgentId } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Receive } from "../domain/link.ts";
import type { ReceivedMessage } from "../domain/message.ts";
import { PROBLEMS, type Problem, type ProblemCode, problem } from "../domain/problem.ts";
import { AssertionError } from "../lib/assert.ts";
import type { Timer } from "../lib/clock.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { decodeBatch, type Head, type RelayedMessage, type RelayedRefusal } from "./batch.ts";
import type { News, Reception } from "./relay.ts";

export type ReceptionParts = Pick<BrokerParts, "onRefused" | "clock" | "gauges" | "log"> & {
  /** How many workers there are to be. */
  readonly workers: number;
  readonly receive: Receive;
  /** Whose topic it is. */
  readonly agentOf: (topic: string) => AgentId | undefined;
  /** What is wanted besides the trees of the drivers; the same list until it changes. */
  readonly topics: () => readonly string[];
  readonly onGap: (since: number) => void;
  /** A worker was not heard for a while, or is heard again. */
  readonly onSilence: (worker: number, isSilent: boolean) => void;
};

type Seen = {
  heardAt: number | null;
  isSilent: boolean;
  isShared: boolean | null;
  trouble: string;
  session: string;
  number: number;
  outcome: Promise<Outcome<void, Problem>>;
};

/** Nothing is acknowledged to a worker before it is stored, and nothing is stored for it twice. */
export class WorkersReception implements Reception {
  readonly #parts: ReceptionParts;
  readonly #seen: readonly Seen[];
  readonly #openedAt: number;
  #topics: readonly string[] = [];
  #print = "";
  /** Sticky: who takes in goes on until it is missed. */
  #first = 0;
  #look: Timer;

  constructor(parts: ReceptionParts) {
    this.#parts = parts;
    this.#openedAt = parts.clock.monotonic();
    this.#seen = Array.from({ length: parts.workers }, () => ({
      ...{ heardAt: null, isSilent: false, isShared: null, trouble: "", session: "", number: 0 },
      outcome: Promise.resolve(success(undefined)),
    }));
    this.#look = this.#lookLater();
  }

  async takeIn(bytes: Uint8Array): Promise<Outcome<News, Problem>> {
    const batch = decodeBatch(bytes);
    if (!batch) return failure(problem("request_invalid", "these bytes are no batch of a worker"));
    const { head, messages } = batch;
    const seen = this.#seen[head.worker];
    if (!seen || head.workers !== this.#parts.workers) {
      const detail = `there are ${this.#parts.workers} workers here, counted from 0`;
      return failure(
        problem("request_invalid", `worker ${head.worker}/${head.workers}: ${detail}`),
      );
    }
    this.#hear(head, seen);
    const taken = await this.#takeOnce(seen, head, messages);
    return taken.ok ? success(this.#newsFor(head)) : taken;
  }

  async #takeOnce(
    seen: Seen,
    head: Head,
    messages: readonly RelayedMessage[],
  ): Promise<Outcome<void, Problem>> {
    if (head.session === seen.session) {
      // A try that came late: the worker has had its answer, or it would not have gone on.
      if (head.number < seen.number) return success(undefined);
      if (head.number === seen.number) return seen.outcome;
    }
    seen.session = head.session;
    seen.number = head.number;
    seen.outcome = this.#store(head, messages);
    const outcome = await seen.outcome;
    if (!outcome.ok && seen.number === head.number) seen.number -= 1;
    return outcome;
  }

  troubles(): readonly string[] {
    return this.#seen.flatMap(({ heardAt, isSilent, trouble }, worker) => {
      const hasAnother = !this.#isShared && worker !== this.#first;
      const so = hasAnother ? "another takes in" : "what the broker has for it waits";
      if (heardAt === null) return `worker ${worker} was not heard yet: ${so}`;
      if (isSilent) return `worker ${worker} is silent: ${so}`;
      return trouble === "" ? [] : `worker ${worker}: ${trouble}`;
    });
  }

  close(): void {
    this.#look.cancel();
  }

  #hear({ worker, trouble, isShared }: Head, seen: Seen): void {
    seen.heardAt = this.#parts.clock.monotonic();
    seen.trouble = trouble;
    seen.isShared = isShared;
    if (!seen.isSilent) return;
    seen.isSilent = false;
    this.#parts.onSilence(worker, false);
  }

  /** As far as any worker has seen. */
  get #isShared(): boolean {
    return this.#seen.some(({ isShared }) => isShared === true);
  }

  /** Of topics only what the worker does not know: there may be thousands. */
  #newsFor(head: Head): News {
    const first = this.#isShared ? 0 : this.#first;
    const topics = this.#parts.topics();
    if (topics !== this.#topics) {
      this.#topics = topics;
      this.#print = topics.length === 0 ? "" : hash("sha256", JSON.stringify(topics), "base64url");
    }
    const print = this.#print;
    return print === head.topics ? { first } : { first, topics, print };
  }

  /**
   * Where the broker spreads nothing one worker takes in everything. When it is missed another one
   * goes on with its session. The one that was missed may be alive: it is not to come back to the
   * broker before the house has said so, and at the broker a session has one connection.
   */
  #chooseFirst(): void {
    if (this.#isShared || !this.#seen[this.#first]?.isSilent) return;
    const next = this.#seen.findIndex((seen) => seen.heardAt !== null && !seen.isSilent);
    if (next === -1) return;
    const detail = { worker: next, before: this.#first };
    this.#parts.log.warn("another worker takes in from now on", detail);
    this.#first = next;
  }

  #lookLater(): Timer {
    return this.#parts.clock.after(LIMIT.workerBeatMs, () => {
      const latest = this.#parts.clock.monotonic() - LIMIT.workerSilentMs;
      for (const [worker, seen] of this.#seen.entries()) {
        if (seen.isSilent || (seen.heardAt ?? this.#openedAt) > latest) continue;
        seen.isSilent = true;
        this.#parts.onSilence(worker, true);
      }
      this.#chooseFirst();
      this.#look = this.#lookLater();
    });
  }

  async #store(
    { worker, gaps, refused }: Head,
    relayed: readonly RelayedMessage[],
  ): Promise<Outcome<void, Problem>> {
    const { gauges, log, onGap, receive } = this.#parts;
    for (const since of gaps) onGap(since);
    for (const refusal of refused) this.#refuse(worker, refusal);
    const messages = relayed.flatMap((message) => this.#attribute(worker, message));
    gauges.add(`relayed_messages_total{worker="${worker}"}`, relayed.length);
    if (messages.length === 0) return success(undefined);
    try {
      return success(await receive(messages));
    } catch (reason) {
      if (reason instanceof AssertionError) throw reason;
      const said = reason instanceof Error ? reason.message : String(reason);
      log.error("a worker's messages could not be stored, it is to repeat them", { reason: said });
      return failure(problem("historian_failed", "the messages could not be stored"));
    }
  }

  #attribute(worker: number, message: RelayedMessage): ReceivedMessage | [] {
    const { topic, payload } = message;
    const agent = this.#parts.agentOf(topic);
    if (agent !== undefined) return { ...message, agent };
    const detail = "no agent may publish there";
    this.#tell(worker, { topic, payload, problem: problem("topic_forbidden", detail) });
    return [];
  }

  #refuse(worker: number, { topic, payload, code, detail }: RelayedRefusal): void {
    const known = code in PROBLEMS ? (code as ProblemCode) : "internal";
    const bytes = Buffer.from(payload, "base64");
    this.#tell(worker, { topic, payload: bytes, problem: problem(known, detail) });
  }

  #tell(
    worker: number,
    refused: { readonly topic: string; readonly payload: Uint8Array; readonly problem: Problem },
  ): void {
    const remote = `worker ${worker}`;
    this.#parts.onRefused({ ...refused, agent: null, clientId: "", remote });
  }
}
