import type { Timestamp, UserId } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Session, User } from "../domain/records.ts";
import type { Clock } from "../lib/clock.ts";
import { hashSecret, newSecret } from "../lib/secret.ts";
import type { Store } from "../store/store.ts";
import type { Identity } from "./access.ts";
import { Remembered } from "./remembered.ts";
import { addressKey } from "./try-limit.ts";

type Known = { readonly session: Session; readonly identity: Identity; seenAt: Timestamp };

/** The browsers that are signed in. The cookie is a secret of ours; the store has its hash only. */
export class Sessions {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #known = new Remembered<Known>();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** A new session with a new cookie, within `store.together`; `forgetUser` is due after that. */
  async open(userId: UserId, remote: string): Promise<string> {
    const cookie = newSecret();
    const now = this.#clock.now() as Timestamp;
    await this.#makeRoom(userId);
    const id = hashSecret(cookie);
    await this.#store.sessions.put({ id, userId, remote, createdAt: now, seenAt: now });
    return cookie;
  }

  async identify(cookie: string): Promise<Identity | undefined> {
    const id = hashSecret(cookie);
    const known = this.#known.get(id) ?? (await this.#known.load(id, () => this.#read(id)));
    const now = this.#clock.now() as Timestamp;
    if (known === undefined || isOver(known.session.createdAt, known.seenAt, now)) return undefined;
    known.seenAt = now;
    return known.identity;
  }

  /** The session of a cookie, whether or not it is over. */
  find(cookie: string): Promise<Session | undefined> {
    return this.#store.sessions.get(hashSecret(cookie));
  }

  /** Whether this user, or nobody (`undefined`), signed in from there lately. */
  async isKnownAt(address: string, userId: UserId | undefined): Promise<boolean> {
    const where = { userId: userId ?? ("" as UserId) };
    const sessions = await this.#store.sessions.find({ where });
    return sessions.some(({ remote }) => addressKey(remote) === address);
  }

  /** To be called after the store has changed a user or removed a session. */
  forgetUser(userId: string): void {
    this.#known.forget(({ session }) => session.userId === userId);
  }

  /** Writes down what was used and removes what is over. Returns whose sessions ended. */
  async sweep(): Promise<readonly UserId[]> {
    await this.#store.together(() => this.#writeDown());
    const now = this.#clock.now();
    const all = await this.#store.sessions.find();
    const over = all.filter(({ createdAt, seenAt }) => isOver(createdAt, seenAt, now));
    if (over.length === 0) return [];
    await this.#store.together(async () => {
      for (const { id } of over) await this.#store.sessions.remove({ id });
    });
    const ended = new Set(over.map(({ id }) => id));
    this.#known.forget(({ session }) => ended.has(session.id));
    return [...new Set(over.map(({ userId }) => userId))];
  }

  async #read(id: string): Promise<Known | undefined> {
    const session = await this.#store.sessions.get(id);
    const user = session && (await this.#store.users.get(session.userId));
    if (session === undefined || user === undefined || user.disabled) return undefined;
    return { session, identity: identityOf(user), seenAt: session.seenAt };
  }

  /** Only of sessions that are still there: a removed one must not come back by being seen. */
  async #writeDown(): Promise<void> {
    for (const { session, seenAt } of this.#known.all()) {
      const kept = await this.#store.sessions.get(session.id);
      if (kept && kept.seenAt < seenAt) await this.#store.sessions.put({ ...kept, seenAt });
    }
  }

  async #makeRoom(userId: UserId): Promise<void> {
    const sessions = await this.#store.sessions.find({ where: { userId } });
    const surplus = sessions.length - LIMIT.sessionsPerUser + 1;
    if (surplus <= 0) return;
    const oldest = sessions.toSorted((a, b) => a.seenAt - b.seenAt).slice(0, surplus);
    for (const { id } of oldest) await this.#store.sessions.remove({ id });
  }
}

function isOver(createdAt: number, seenAt: number, now: number): boolean {
  return now - createdAt >= LIMIT.sessionMs || now - seenAt >= LIMIT.sessionIdleMs;
}

export function identityOf({ id, name, role }: User): Identity {
  return { actor: { kind: "user", id, name }, role };
}
