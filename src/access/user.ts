import type { Timestamp, UserId } from "../domain/brand.ts";
import { THE_HOUSE } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import { mayDo, type Role } from "../domain/permission.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { User } from "../domain/records.ts";
import { newId } from "../lib/id.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { Store } from "../store/store.ts";
import type { Identity } from "./access.ts";
import type { Passwords } from "./password.ts";
import type { Room } from "./room.ts";
import type { Sessions } from "./session.ts";

type NewUser = { readonly name: string; readonly password: string; readonly role: Role };
type UserChange = {
  readonly role?: Role;
  readonly disabled?: boolean;
  readonly password?: string;
};

const NAME_CHARS = 64;

/** The people who may sign in. */
export class Users {
  readonly #room: Room;
  readonly #passwords: Passwords;
  readonly #sessions: Sessions;

  constructor(room: Room, passwords: Passwords, sessions: Sessions) {
    this.#room = room;
    this.#passwords = passwords;
    this.#sessions = sessions;
  }

  list(): Promise<readonly User[]> {
    return this.#room.store.users.find();
  }

  /** All are read, so that a name that nobody has takes as long to look up as any other. */
  async byName(name: string): Promise<User | undefined> {
    const wanted = folded(name);
    return (await this.list()).find((user) => folded(user.name) === wanted);
  }

  async create(by: Identity, wish: NewUser): Promise<Outcome<User, Problem>> {
    if (!mayDo(by.role, "administer")) return failure(onlyAdmins());
    return this.#add(by, wish, "access.user-created", async () => undefined);
  }

  /** The first administrator; refused where one exists, so it can happen once. */
  createOwner(name: string, password: string): Promise<Outcome<User, Problem>> {
    const by: Identity = { actor: THE_HOUSE, role: "admin" };
    const wish: NewUser = { name, password, role: "admin" };
    return this.#add(by, wish, "access.set-up", async () =>
      (await this.hasOwner())
        ? problem("setup_closed", "An administrator exists already.")
        : undefined,
    );
  }

  async hasOwner(): Promise<boolean> {
    return (await this.#room.store.users.count({ role: "admin" })) > 0;
  }

  async change(by: Identity, id: string, wish: UserChange): Promise<Outcome<User, Problem>> {
    if (!mayDo(by.role, "administer")) return failure(onlyAdmins());
    const { store, journal, clock, lost } = this.#room;
    const known = await store.users.get(id);
    if (known === undefined) return failure(unknown(id));
    const hashed = await this.#newHash(wish.password, known);
    if (!hashed.ok) return hashed;
    const changed = await store.together(async (): Promise<Outcome<User, Problem>> => {
      const user = await store.users.get(id);
      if (user === undefined) return failure(unknown(id));
      const { role = user.role, disabled = user.disabled } = wish;
      const isEnding = endsWhatHeHas(wish);
      const validFrom = isEnding ? (clock.now() as Timestamp) : user.validFrom;
      const after: User = { ...user, role, disabled, passwordHash: hashed.value, validFrom };
      if (!isAdmin(after) && (await isLastAdmin(store, user))) return failure(lastAdmin(user));
      await store.users.put(after);
      if (isEnding) await store.sessions.remove({ userId: user.id });
      await journal.record({
        actor: by.actor,
        kind: "access.user-changed",
        subject: `user:${id}`,
        detail: {
          name: user.name,
          ...(wish.role !== undefined && { role, before: user.role }),
          ...(wish.disabled !== undefined && { disabled }),
          ...(wish.password !== undefined && { password: "changed" }),
        },
      });
      return success(after);
    });
    if (changed.ok) {
      this.#sessions.forgetUser(id);
      lost(id);
    }
    return changed;
  }

  async remove(by: Identity, id: string): Promise<Outcome<void, Problem>> {
    if (!mayDo(by.role, "administer")) return failure(onlyAdmins());
    const { store, journal, lost } = this.#room;
    const removed = await store.together(async (): Promise<Outcome<void, Problem>> => {
      const user = await store.users.get(id);
      if (user === undefined) return failure(unknown(id));
      if (await isLastAdmin(store, user)) return failure(lastAdmin(user));
      await store.users.remove({ id: user.id });
      const { name, role } = user;
      const kind = "access.user-removed";
      await journal.record({
        actor: by.actor,
        kind,
        subject: `user:${id}`,
        detail: { name, role },
      });
      return success(undefined);
    });
    if (removed.ok) {
      this.#sessions.forgetUser(id);
      lost(id);
    }
    return removed;
  }

  async #add(
    by: Identity,
    { name, password, role }: NewUser,
    kind: string,
    refusal: () => Promise<Problem | undefined>,
  ): Promise<Outcome<User, Problem>> {
    const { store, journal, clock } = this.#room;
    if (!isName(name))
      return failure(problem("request_invalid", `'${name}' cannot be a user's name.`));
    const early = await refusal();
    if (early) return failure(early);
    const hashed = await this.#passwords.hash(password, [name]);
    if (!hashed.ok) return hashed;
    const createdAt = clock.now() as Timestamp;
    const id = newId(createdAt) as UserId;
    const passwordHash = hashed.value;
    const validFrom = 0 as Timestamp;
    const user: User = { id, name, passwordHash, role, disabled: false, createdAt, validFrom };
    return store.together(async () => {
      const late = (await refusal()) ?? (await this.#noPlaceFor(name));
      if (late) return failure(late);
      await store.users.put(user);
      await journal.record({
        actor: by.actor,
        kind,
        subject: `user:${id}`,
        detail: { name, role },
      });
      return success(user);
    });
  }

  async #noPlaceFor(name: string): Promise<Problem | undefined> {
    if (await this.byName(name)) return problem("user_exists", `A user '${name}' exists already.`);
    const isFull = (await this.#room.store.users.count()) >= LIMIT.users;
    return isFull ? problem("access_limit", `There are ${LIMIT.users} users already.`) : undefined;
  }

  async #newHash(password: string | undefined, user: User): Promise<Outcome<string, Problem>> {
    if (password === undefined) return success(user.passwordHash);
    return this.#passwords.hash(password, [user.name]);
  }
}

/** Names are one whatever their capitals and however a keyboard puts their accents together. */
export function folded(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}

function isName(name: string): boolean {
  return (
    name.trim() === name && name.length > 0 && name.length <= NAME_CHARS && !/\p{C}/u.test(name)
  );
}

function isAdmin({ role, disabled }: User): boolean {
  return role === "admin" && !disabled;
}

/** Sessions and signed tokens of before; a cookie or a token in wrong hands goes with them. */
function endsWhatHeHas({ disabled, password }: UserChange): boolean {
  return disabled === true || password !== undefined;
}

/** Without an administrator the house could not be changed any more. */
async function isLastAdmin(store: Store, user: User): Promise<boolean> {
  const admins = await store.users.count({ role: "admin", disabled: false });
  return isAdmin(user) && admins === 1;
}

function onlyAdmins(): Problem {
  return problem("permission_missing", "Only an administrator manages users.");
}

function unknown(id: string): Problem {
  return problem("user_unknown", `There is no user ${id}.`);
}

function lastAdmin({ name }: User): Problem {
  return problem("last_admin", `${name} is the last administrator.`);
}
