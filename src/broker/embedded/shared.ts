import type { Session } from "./session.ts";
import { type Listener, type Subscription, Subscriptions } from "./subscriptions.ts";

/** Those who share a filter: each message goes to one of them. MQTT 5.0 section 4.8.2. */
type Group = { readonly filter: string; readonly members: Map<Session, Subscription> };

const SHARED = /^\$share\/[^/+#]+\/(.+)$/s;
/** More than any queue holds. */
const RANK = 2 ** 32;
const NOBODY: readonly Listener[] = [];

/** The filter inside `$share/{name}/{filter}`; null where it is not shared. */
export function innerFilter(filter: string): string | null {
  return SHARED.exec(filter)?.[1] ?? null;
}

/** All filters, shared or not. */
export class AllSubscriptions {
  /** Those of one session each. */
  readonly own = new Subscriptions();
  readonly #shared = new Subscriptions<Group>();
  readonly #groups = new Map<string, Group>();

  get size(): number {
    return this.own.size + this.#groups.size;
  }

  add(session: Session, subscription: Subscription): void {
    const { filter } = subscription;
    const inner = innerFilter(filter);
    if (inner === null) {
      this.own.add(session, subscription);
      return;
    }
    const group = this.#groups.get(filter) ?? { filter, members: new Map() };
    if (!this.#groups.has(filter)) this.#shared.add(group, { ...subscription, filter: inner });
    this.#groups.set(filter, group);
    group.members.set(session, subscription);
  }

  remove(session: Session, filter: string): void {
    const inner = innerFilter(filter);
    const group = this.#groups.get(filter);
    if (inner === null) this.own.remove(session, filter);
    if (inner === null || !group?.members.delete(session) || group.members.size > 0) return;
    this.#groups.delete(filter);
    this.#shared.remove(group, inner);
  }

  /** One member of each group that shares the topic; asked again, it may be another. */
  chosen(topic: string): readonly Listener[] {
    if (this.#groups.size === 0) return NOBODY;
    return this.#shared.listeners(topic).flatMap(({ session: group }) => chosenOf(group));
  }

  /** Whether somebody who is connected gets the topic, and does not only look on. */
  reach(topic: string): boolean {
    const isThere = ({ connection }: Session) => connection?.admitted?.gate.speaks === true;
    return (
      this.own.listeners(topic).some(({ session }) => isThere(session)) ||
      this.#shared
        .listeners(topic)
        .some(({ session: group }) => [...group.members.keys()].some(isThere))
    );
  }

  /** Another member who is there to take over, and keeps at least as well; undefined: nobody. */
  other(filter: string, session: Session): Listener | undefined {
    const group = this.#groups.get(filter);
    const [chosen] = group ? chosenOf(group) : [];
    const other = chosen?.session;
    const isWorse = session.book !== null && !other?.book;
    return other?.connection && other !== session && !isWorse ? chosen : undefined;
  }
}

/** The best by rank; of equals whoever has least to do, and then whose turn it is. */
function chosenOf({ filter, members }: Group): readonly Listener[] {
  let best: Session | undefined;
  for (const member of members.keys()) {
    if (!best || burden(member) < burden(best)) best = member;
  }
  const subscription = best && members.get(best);
  if (!best || !subscription) return NOBODY;
  members.delete(best);
  members.set(best, subscription);
  const ids = subscription.id === null ? [] : [subscription.id];
  return [{ ...subscription, session: best, ids, shared: filter }];
}

/** Connected before away, and in each case those first that lose nothing in a restart. */
function burden({ book, connection, queued }: Session): number {
  const rank = (connection ? 0 : 2) + (book ? 0 : 1);
  return rank * RANK + queued;
}
