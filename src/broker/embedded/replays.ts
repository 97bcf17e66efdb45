import { Slices } from "../../lib/slices.ts";
import type { Core } from "./core.ts";
import type { RetainedWalk } from "./retained.ts";
import { type Delivery, firstByte, type RoutedMessage } from "./routed-message.ts";
import type { Session } from "./session.ts";
import type { Subscription } from "./subscriptions.ts";

type Replay = {
  readonly session: Session;
  readonly subscription: Subscription;
  readonly walk: RetainedWalk;
};

/** Looks into the retained messages, whether it finds any or not. */
const LOOKS_PER_STEP = 4;

/**
 * What is retained goes to those who subscribe: MQTT 5.0 section 3.3.1.3. There may be a hundred
 * thousand messages and a hundred filters, so it is looked for a little at a time, and no further
 * than the client has taken. What is found later is newer: it is never older than what came live.
 */
export class Replays {
  readonly #core: Core;
  readonly #slices: Slices<Replay>;

  constructor(core: Core) {
    this.#core = core;
    this.#slices = new Slices(core.parts.clock, (replay) => this.#continue(replay));
  }

  /**
   * The first of them, for SUBACK's record; `go` sends them and looks for the rest. A session that
   * outlives this process remembers that there is a rest.
   */
  begin(session: Session, subscription: Subscription): () => void {
    const walk = this.#walk(subscription.filter);
    const first = this.#look({ session, subscription, walk });
    if (first.isOver) return () => deliver(session, first.found);
    const replay = { session, subscription: { ...subscription, isReplaying: true }, walk };
    session.subscriptions.set(subscription.filter, replay.subscription);
    return () => {
      deliver(session, first.found);
      this.#slices.add(replay);
    };
  }

  /** For a session from before a restart: its client has seen some, and sees all again. */
  resume(session: Session): void {
    for (const subscription of session.subscriptions.values()) {
      if (!subscription.isReplaying) continue;
      this.#slices.add({ session, subscription, walk: this.#walk(subscription.filter) });
    }
  }

  #continue(replay: Replay): void {
    const { session, subscription } = replay;
    // Unsubscribed, subscribed anew, or over.
    if (session.subscriptions.get(subscription.filter) !== subscription) return;
    if (session.queued > 0 || !session.connection) {
      session.whenCaughtUp(() => this.#slices.add(replay));
      return;
    }
    const { found, isOver } = this.#look(replay);
    if (isOver) {
      const { isReplaying: _, ...rest } = subscription;
      session.subscriptions.set(subscription.filter, rest);
    } else {
      this.#slices.add(replay);
    }
    if (!session.book) {
      deliver(session, found);
      return;
    }
    if (isOver) session.book.write(session);
    session.book.whenSafe(() => deliver(session, found));
  }

  #look({ session, subscription, walk }: Replay): { found: readonly Delivery[]; isOver: boolean } {
    const found: Delivery[] = [];
    for (let look = 0; look < LOOKS_PER_STEP; look += 1) {
      const { value, done } = walk.next();
      if (done) return { found, isOver: true };
      for (const message of value) found.push(...this.#deliveries(session, subscription, message));
    }
    return { found, isOver: false };
  }

  *#walk(filter: string): RetainedWalk {
    const { retained, system } = this.#core;
    yield* retained.walk(filter);
    yield system.under(filter);
  }

  /** Every message is asked for again: a grant decides at delivery, not only at SUBSCRIBE. */
  #deliveries(
    session: Session,
    { qos, id }: Subscription,
    message: RoutedMessage,
  ): readonly Delivery[] {
    if (!session.connection?.admitted?.gate.maySubscribe(message.topic)) return [];
    const { archive } = this.#core;
    const ids = id === null ? [] : [id];
    const most = Math.min(qos, message.qos);
    const first = firstByte(most, true);
    if (!session.book || !archive || most === 0) return [{ message, first, ids }];
    return archive.keep(message, [{ session, first, ids }]).map(({ delivery }) => delivery);
  }
}

function deliver(session: Session, deliveries: readonly Delivery[]): void {
  for (const delivery of deliveries) session.replay(delivery);
}
