import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { User } from "../domain/records.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { newSecret, sameSecret } from "../lib/secret.ts";
import type { Identity, SignedIn } from "./access.ts";
import type { Passwords } from "./password.ts";
import { Refusals } from "./refusals.ts";
import type { Room } from "./room.ts";
import { identityOf, type Sessions } from "./session.ts";
import { addressKey, TryLimit } from "./try-limit.ts";
import { folded, type Users } from "./user.ts";

type Wish = { readonly name: string; readonly password: string; readonly remote: string };

/** How people come in: with the set-up token once, and with name and password from then on. */
export class SignIn {
  readonly #room: Room;
  readonly #passwords: Passwords;
  readonly #sessions: Sessions;
  readonly #users: Users;
  readonly #tries: TryLimit;
  readonly #refusals: Refusals;
  readonly #openedAt: number;
  #setupToken: string | null;

  constructor(
    room: Room,
    parts: { passwords: Passwords; sessions: Sessions; users: Users; hasOwner: boolean },
  ) {
    this.#room = room;
    this.#passwords = parts.passwords;
    this.#sessions = parts.sessions;
    this.#users = parts.users;
    this.#tries = new TryLimit(room.clock);
    this.#refusals = new Refusals(room);
    this.#openedAt = room.clock.monotonic();
    this.#setupToken = parts.hasOwner ? null : newSecret();
  }

  get setupToken(): string | null {
    return this.#setupToken;
  }

  async setUp(wish: Wish & { readonly token: string }): Promise<Outcome<SignedIn, Problem>> {
    const { token, name, password, remote } = wish;
    const address = `address:${addressKey(remote)}`;
    const { waitMs } = this.#tries.take(address);
    if (waitMs > 0) return failure(paused(waitMs));
    const closed = this.#closedFor(token);
    if (closed !== undefined) {
      await this.#refusals.record({ reason: "set-up", remote });
      return failure(problem("setup_closed", closed));
    }
    this.#tries.giveBack(address);
    const owner = await this.#users.createOwner(name, password);
    await this.closeIfOwned();
    return owner.ok ? this.#open(owner.value, remote) : owner;
  }

  /** Another process may have created the owner: `fieldline owner create`. */
  async closeIfOwned(): Promise<void> {
    if (this.#setupToken !== null && (await this.#users.hasOwner())) this.#setupToken = null;
  }

  /** Nobody learns from the answer or its time whether the name or the password was wrong. */
  async signIn(wish: Wish): Promise<Outcome<SignedIn, Problem>> {
    const user = await this.#known(wish);
    if (!user.ok) return user;
    return this.#open(await this.#rehashed(user.value, wish.password), wish.remote);
  }

  /** Whose name and password these are; nobody is signed in. */
  async recognise(wish: Wish): Promise<Outcome<Identity, Problem>> {
    const user = await this.#known(wish);
    return user.ok ? success(identityOf(user.value)) : user;
  }

  async #known({ name, password, remote }: Wish): Promise<Outcome<User, Problem>> {
    const user = await this.#users.byName(name);
    const address = addressKey(remote);
    // A stranger's tries must not keep people from signing in where they always do.
    const isAtHome = await this.#sessions.isKnownAt(address, user?.id);
    const account = `account:${isAtHome ? `${address}:` : ""}${folded(name)}`;
    const { waitMs } = this.#tries.take(account, `address:${address}`);
    if (waitMs > 0) return failure(paused(waitMs));
    const isRight = await this.#passwords.isRight(user?.passwordHash, password);
    if (!isRight.ok) return isRight;
    if (!isRight.value || user === undefined || user.disabled)
      return this.#refuse(isRight.value ? "disabled" : "password", remote, user);
    this.#tries.forget(account);
    this.#tries.giveBack(`address:${address}`);
    return success(user);
  }

  async #open(user: User, remote: string): Promise<Outcome<SignedIn, Problem>> {
    const { store, journal } = this.#room;
    const cookie = await store.together(async () => {
      const now = await store.users.get(user.id);
      // What was checked may have been changed while the password was being hashed.
      if (!now || now.disabled || now.passwordHash !== user.passwordHash) return undefined;
      const identity = identityOf(now);
      const subject = `user:${user.id}`;
      const opened = await this.#sessions.open(user.id, remote);
      await journal.record({
        actor: identity.actor,
        kind: "access.signed-in",
        subject,
        detail: { remote },
      });
      return { ...identity, cookie: opened };
    });
    if (cookie === undefined) return this.#refuse("changed", remote, user);
    this.#sessions.forgetUser(user.id);
    return success(cookie);
  }

  async #refuse(
    reason: string,
    remote: string,
    user: User | undefined,
  ): Promise<Outcome<never, Problem>> {
    await this.#refusals.record({ reason, remote, user });
    return failure(problem("sign_in_wrong", "The name or the password is wrong."));
  }

  /** A hash made with other costs than today's is replaced while the password is at hand. */
  async #rehashed(user: User, password: string): Promise<User> {
    if (!this.#passwords.isOutdated(user.passwordHash)) return user;
    const hashed = await this.#passwords.hash(password, []);
    if (!hashed.ok) return user; // Too busy, or a password of weaker times: it stays as it is.
    const { store } = this.#room;
    return store.together(async () => {
      const now = await store.users.get(user.id);
      if (now?.passwordHash !== user.passwordHash) return user;
      const renewed = { ...now, passwordHash: hashed.value };
      await store.users.put(renewed);
      return renewed;
    });
  }

  #closedFor(token: string): string | undefined {
    if (this.#setupToken === null) return "This house is set up: sign in.";
    if (!sameSecret(token, this.#setupToken)) return "This is not the link of the latest start.";
    const age = this.#room.clock.monotonic() - this.#openedAt;
    if (age < LIMIT.setupMs) return undefined;
    return "The link is older than an hour: start Fieldline again for a new one.";
  }
}

function paused(waitMs: number): Problem {
  const seconds = Math.ceil(waitMs / 1000);
  return problem("sign_in_paused", `Too many wrong tries: try again in ${seconds} s.`);
}
