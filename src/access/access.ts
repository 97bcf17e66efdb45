import type { Actor } from "../domain/event.ts";
import type { Role } from "../domain/permission.ts";
import type { Problem } from "../domain/problem.ts";
import type { Token, User } from "../domain/records.ts";
import type { Outcome } from "../lib/outcome.ts";

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
}

export type Identity = { readonly actor: Actor; readonly role: Role };
export type SignedIn = Identity & { readonly cookie: string };
