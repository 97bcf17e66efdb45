import type { Timestamp } from "../domain/brand.ts";
import type { Actor } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import { mayDo, type Role } from "../domain/permission.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Token, User } from "../domain/records.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { Store } from "../store/store.ts";
import { Passwords } from "./password.ts";
import type { AccessParts, Room } from "./room.ts";
import { identityOf, Sessions } from "./session.ts";
import { SignIn } from "./sign-in.ts";
import {
  isSignedToken,
  type Said,
  type SignedToken,
  SignedTokens,
  type SigningKey,
  type TokenWish,
} from "./signed-token.ts";
import { identityOfToken, isOver, Tokens } from "./token.ts";
import { Users } from "./user.ts";

/** Who somebody is, and whether they may. */
export interface Access {
  /** The one-time set-up token, or null once an owner exists. A new one each start. */
  readonly setupToken: string | null;
  /** Creates the owner (role admin) and signs in. */
  setUp(wish: {
    token: string;
    name: string;
    password: string;
    remote: string;
  }): Promise<Outcome<SignedIn, Problem>>;
  /** Creates the owner unattended: `fieldline owner create`. */
  createOwner(name: string, password: string): Promise<Outcome<User, Problem>>;

  signIn(wish: {
    name: string;
    password: string;
    remote: string;
  }): Promise<Outcome<SignedIn, Problem>>;
  signOut(cookie: string): Promise<void>;
  /** Who sends this cookie or bearer token; undefined for nobody. */
  identify(proof: {
    cookie: string | undefined;
    bearer: string | undefined;
  }): Promise<Identity | undefined>;

  /**
   * Who has these credentials, without signing anybody in: a user's name and password, or any name
   * and an API token. As with `signIn`, wrong tries are counted.
   */
  recognise(wish: {
    name: string;
    password: string;
    remote: string;
  }): Promise<Outcome<Identity, Problem>>;
  /**
   * A token of an hour that names its actor; what he may is looked up whenever it is used. The
   * journal has who got it, and from where if `remote` says so.
   */
  issueSigned(wish: SignedWish): Promise<SignedToken>;
  /** Whom a signed token speaks for, as long as that user, API token or agent is there. */
  identifySigned(bearer: string): Promise<Bearer | undefined>;
  /** What others check our signature with. */
  signingKey(): Promise<SigningKey>;

  users(): Promise<readonly User[]>;
  createUser(
    by: Identity,
    wish: { name: string; password: string; role: Role },
  ): Promise<Outcome<User, Problem>>;
  changeUser(
    by: Identity,
    id: string,
    wish: { role?: Role; disabled?: boolean; password?: string },
  ): Promise<Outcome<User, Problem>>;
  removeUser(by: Identity, id: string): Promise<Outcome<void, Problem>>;

  tokens(): Promise<readonly Token[]>;
  /** The token itself is given once and kept as a hash. Tokens start with `fl_`. */
  createToken(
    by: Identity,
    wish: { name: string; role: Role; expiresAt: number | null },
  ): Promise<Outcome<{ token: string; item: Token }, Problem>>;
  revokeToken(by: Identity, id: string): Promise<Outcome<void, Problem>>;

  /** Called with the id of an actor who may no longer do what he could: live feeds are closed. */
  onLost(call: (actorId: string) => void): void;
  /** Writes down what was used lately; to be called before the store is closed. */
  close(): Promise<void>;
}

export type { SignedToken } from "./signed-token.ts";
export type Identity = {
  readonly actor: Actor;
  readonly role: Role;
  /** When the token that it came with expires; absent where it does not, and of people. */
  readonly endsAt?: Timestamp;
};
/** Whoever sends a signed token. An agent has no role: it may what routes say of agents. */
export type Bearer = Omit<Identity, "role"> & { readonly role: Role | null };
type SignedWish = TokenWish & { readonly remote?: string };
export type SignedIn = Identity & { readonly cookie: string };

export async function openAccess(parts: AccessParts): Promise<Access> {
  const watchers: ((actorId: string) => void)[] = [];
  const lost = (actorId: string) => {
    for (const call of watchers) call(actorId);
  };
  const room: Room = { ...parts, lost };
  const passwords = parts.passwords ?? new Passwords();
  const sessions = new Sessions(room.store, room.clock);
  const users = new Users(room, passwords, sessions);
  const tokens = new Tokens(room);
  const signed = new SignedTokens(room.folder, room.clock);
  const identifySigned = async (bearer: string) => {
    const said = await signed.read(bearer);
    const found = said && (await bearerOf(room, said));
    if (!found) return undefined;
    const endsAt = Math.min(said.endsAt, found.endsAt ?? said.endsAt) as Timestamp;
    return { ...found, endsAt };
  };
  const hasOwner = await users.hasOwner();
  const signIn = new SignIn(room, { passwords, sessions, users, hasOwner });
  const sweep = async () => {
    await signIn.closeIfOwned();
    await tokens.sweep();
    for (const userId of await sessions.sweep()) lost(userId);
  };
  const sweeping = everySoOften(room, sweep);

  return {
    get setupToken() {
      return signIn.setupToken;
    },
    setUp: (wish) => signIn.setUp(wish),
    createOwner: (name, password) => users.createOwner(name, password),
    signIn: (wish) => signIn.signIn(wish),
    signOut: (cookie) => signOut(room, sessions, cookie),
    async identify({ cookie, bearer }) {
      if (bearer !== undefined && isSignedToken(bearer)) {
        const found = await identifySigned(bearer);
        return found && isIdentity(found) ? found : undefined;
      }
      if (bearer !== undefined) return tokens.identify(bearer);
      return cookie === undefined ? undefined : sessions.identify(cookie);
    },
    async recognise(wish) {
      const known = await tokens.identify(wish.password);
      return known ? success(known) : signIn.recognise(wish);
    },
    issueSigned: (wish) => issueSigned(room, signed, wish),
    identifySigned,
    signingKey: () => signed.key(),
    users: () => users.list(),
    createUser: (by, wish) => users.create(by, wish),
    changeUser: (by, id, wish) => users.change(by, id, wish),
    removeUser: (by, id) => users.remove(by, id),
    tokens: () => tokens.list(),
    createToken: async (by, wish) => refusalOf(by) ?? tokens.create(by, wish),
    revokeToken: async (by, id) => refusalOf(by) ?? tokens.revoke(by, id),
    onLost: (call) => watchers.push(call),
    async close() {
      sweeping.cancel();
      await sweep();
    },
  };
}

/** Who got one is in the journal before he has it; the token itself never is. */
async function issueSigned(
  { journal }: Room,
  signed: SignedTokens,
  { remote, ...wish }: SignedWish,
): Promise<SignedToken> {
  const token = await signed.issue(wish);
  const { actor } = wish;
  const subject = `${actor.kind}:${actor.id}`;
  const detail = { id: token.id, ...(remote !== undefined && { remote }) };
  await journal.record({ actor, kind: "access.token-issued", subject, detail });
  return token;
}

/**
 * What the one who is named in a signed token may now; nothing, where he is gone, or what he got
 * it for has ended since.
 */
async function bearerOf({ store, clock }: Room, said: Said): Promise<Bearer | undefined> {
  const { kind, id } = said.actor;
  if (kind === "user") {
    const user = await store.users.get(id);
    const isValid = user && !user.disabled && said.issuedAt > user.validFrom;
    return isValid ? identityOf(user) : undefined;
  }
  if (kind === "token") {
    const token = await store.tokens.get(id);
    return token && !isOver(token, clock.now()) ? identityOfToken(token) : undefined;
  }
  return agentBearerOf(store, said);
}

async function agentBearerOf(store: Store, said: Said): Promise<Bearer | undefined> {
  const { id } = said.actor;
  const agent = await store.agents.get(id);
  if (!agent || agent.revoked) return undefined;
  const boarding = await store.boardings.get(id);
  const isIn = !boarding || (boarding.onboardedAt ?? Infinity) <= said.issuedAt;
  if (!isIn) return undefined;
  return { actor: { kind: "agent", id, name: agent.name }, role: null };
}

function isIdentity(bearer: Bearer): bearer is Identity {
  return bearer.role !== null;
}

async function signOut({ store, journal, lost }: Room, sessions: Sessions, cookie: string) {
  const session = await sessions.find(cookie);
  const user = session && (await store.users.get(session.userId));
  if (session === undefined || user === undefined) return;
  await store.together(async () => {
    await store.sessions.remove({ id: session.id });
    const { actor } = identityOf(user);
    const { remote } = session;
    const subject = `user:${user.id}`;
    await journal.record({ actor, kind: "access.signed-out", subject, detail: { remote } });
  });
  sessions.forgetUser(user.id);
  lost(user.id);
}

/** A round that fails, as on a full disk, is told; the next one comes all the same. */
function everySoOften({ clock, log }: Room, work: () => Promise<void>): { cancel(): void } {
  const round = () => {
    timer = clock.after(LIMIT.accessSweepMs, round);
    work().catch((reason) => log.error("sessions could not be swept", { reason: String(reason) }));
  };
  let timer = clock.after(LIMIT.accessSweepMs, round);
  return { cancel: () => timer.cancel() };
}

function refusalOf(by: Identity): Outcome<never, Problem> | undefined {
  if (mayDo(by.role, "administer")) return undefined;
  return failure(problem("permission_missing", "Only an administrator gives and revokes tokens."));
}
