import { LIMIT } from "../../domain/limit.ts";
import type { SubscriptionInfo } from "../broker.ts";
import type { Session } from "./session.ts";

/** One filter of one session: MQTT 5.0 section 3.8.3.1. */
export type Subscription = SubscriptionInfo & {
  /** Not all that was retained when it began was sent yet. */
  readonly isReplaying?: boolean;
};

/** A session that gets a topic's messages, once, whichever of its filters name it. */
export type Listener<S = Session> = {
  readonly session: S;
  readonly qos: 0 | 1 | 2;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly ids: readonly number[];
  /** The shared filter by which it was chosen; see shared.ts. */
  readonly shared?: string;
};

type Branch<S> = {
  readonly children: Map<string, Branch<S>>;
  readonly subscriptions: Map<S, Subscription>;
};

const NO_IDS: readonly number[] = [];

/** All filters as a tree of levels, and the answers to the topics asked for last. */
export class Subscriptions<S = Session> {
  readonly #root = newBranch<S>();
  readonly #answers = new Map<string, readonly Listener<S>[]>();
  #asOf = 0;
  #size = 0;

  /** Grows with every change: an answer from an earlier state may be wrong. */
  get asOf(): number {
    return this.#asOf;
  }

  get size(): number {
    return this.#size;
  }

  add(session: S, subscription: Subscription): void {
    let branch = this.#root;
    for (const level of subscription.filter.split("/")) {
      const child = branch.children.get(level) ?? newBranch<S>();
      branch.children.set(level, child);
      branch = child;
    }
    if (!branch.subscriptions.has(session)) this.#size += 1;
    branch.subscriptions.set(session, subscription);
    this.#forgetAnswers();
  }

  remove(session: S, filter: string): void {
    if (prune(this.#root, filter.split("/"), session)) this.#size -= 1;
    this.#forgetAnswers();
  }

  listeners(topic: string): readonly Listener<S>[] {
    const known = this.#answers.get(topic);
    if (known) return known;
    const found = new Map<S, Listener<S>>();
    collect(this.#root, topic.split("/"), 0, found);
    const listeners = [...found.values()];
    if (this.#answers.size >= LIMIT.matchedTopics) this.#answers.clear();
    this.#answers.set(topic, listeners);
    return listeners;
  }

  #forgetAnswers(): void {
    this.#asOf += 1;
    this.#answers.clear();
  }
}

function newBranch<S>(): Branch<S> {
  return { children: new Map(), subscriptions: new Map() };
}

/** Removes the session below, if it is there, and every branch that is bare then. */
function prune<S>(branch: Branch<S>, levels: readonly string[], session: S): boolean {
  const [level, ...deeper] = levels;
  if (level === undefined) {
    return branch.subscriptions.delete(session);
  }
  const child = branch.children.get(level);
  if (!child) return false;
  const wasThere = prune(child, deeper, session);
  if (child.children.size === 0 && child.subscriptions.size === 0) branch.children.delete(level);
  return wasThere;
}

type Found<S> = Map<S, Listener<S>>;

/** Visits each branch at most once, so it is bounded by the number of subscriptions. */
function collect<S>(
  branch: Branch<S>,
  levels: readonly string[],
  depth: number,
  found: Found<S>,
): void {
  // Topics that begin with `$` hide from leading wildcards: MQTT 5.0 section 4.7.2.
  const seesWildcards = depth > 0 || !levels[0]?.startsWith("$");
  const rest = seesWildcards ? branch.children.get("#") : undefined;
  if (rest) join(rest, found);
  const level = levels[depth];
  if (level === undefined) {
    join(branch, found);
    return;
  }
  const child = branch.children.get(level);
  if (child) collect(child, levels, depth + 1, found);
  const any = seesWildcards ? branch.children.get("+") : undefined;
  if (any) collect(any, levels, depth + 1, found);
}

function join<S>(branch: Branch<S>, found: Found<S>): void {
  for (const [session, subscription] of branch.subscriptions) {
    const ids = subscription.id === null ? NO_IDS : [subscription.id];
    const listener = { ...subscription, session, ids };
    const other = found.get(session);
    found.set(session, other ? merged(other, listener) : listener);
  }
}

/** Overlapping filters give one delivery with the highest QoS: MQTT 5.0 section 3.3.4. */
function merged<S>(a: Listener<S>, b: Listener<S>): Listener<S> {
  return {
    session: a.session,
    qos: a.qos > b.qos ? a.qos : b.qos,
    noLocal: a.noLocal && b.noLocal,
    retainAsPublished: a.retainAsPublished || b.retainAsPublished,
    ids: [...a.ids, ...b.ids],
  };
}
