import type { Timestamp, UserId } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import { ROLES, type Role } from "../domain/permission.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Token } from "../domain/records.ts";
import { newId } from "../lib/id.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { hashSecret, newSecret } from "../lib/secret.ts";
import type { Identity } from "./access.ts";
import { Remembered } from "./remembered.ts";
import type { Room } from "./room.ts";

/** Programs find leaked tokens in code and logs by this beginning. */
const BEGINNING = "fl_";

type Known = { readonly token: Token; readonly identity: Identity; usedAt: Timestamp | null };
type NewToken = { readonly name: string; readonly role: Role; readonly expiresAt: number | null };

/** What other systems sign in with. The token is shown once; the store has its hash only. */
export class Tokens {
  readonly #room: Room;
  readonly #known = new Remembered<Known>();

  constructor(room: Room) {
    this.#room = room;
  }

  async list(): Promise<readonly Token[]> {
    await this.#room.store.together(() => this.#writeDown());
    return this.#room.store.tokens.find();
  }

  async create(
    by: Identity,
    { name, role, expiresAt }: NewToken,
  ): Promise<Outcome<{ token: string; item: Token }, Problem>> {
    const { store, journal, clock } = this.#room;
    if (ROLES.indexOf(role) > ROLES.indexOf(by.role))
      return failure(problem("permission_missing", `A ${by.role} gives no token of ${role}.`));
    const token = `${BEGINNING}${newSecret()}`;
    const now = clock.now() as Timestamp;
    const item: Token = {
      id: newId(now),
      name,
      secret: hashSecret(token),
      role,
      createdBy: by.actor.kind === "user" ? (by.actor.id as UserId) : "house",
      createdAt: now,
      expiresAt: expiresAt as Timestamp | null,
      usedAt: null,
    };
    return store.together(async () => {
      if ((await store.tokens.count()) >= LIMIT.tokens)
        return failure(problem("access_limit", `There are ${LIMIT.tokens} tokens already.`));
      await store.tokens.put(item);
      await journal.record({
        actor: by.actor,
        kind: "access.token-created",
        subject: `token:${item.id}`,
        detail: { name, role, expiresAt },
      });
      return success({ token, item });
    });
  }

  async revoke(by: Identity, id: string): Promise<Outcome<void, Problem>> {
    const { store, journal } = this.#room;
    const revoked = await store.together(async () => {
      const token = await store.tokens.get(id);
      if (token === undefined) return false;
      await store.tokens.remove({ id });
      const kind = "access.token-revoked";
      const { name, role } = token;
      await journal.record({
        actor: by.actor,
        kind,
        subject: `token:${id}`,
        detail: { name, role },
      });
      return true;
    });
    if (!revoked) return failure(problem("token_unknown", `There is no token ${id}.`));
    this.#known.forget(({ token }) => token.id === id);
    this.#room.lost(id);
    return success(undefined);
  }

  async identify(bearer: string): Promise<Identity | undefined> {
    if (!bearer.startsWith(BEGINNING)) return undefined;
    const secret = hashSecret(bearer);
    const known =
      this.#known.get(secret) ?? (await this.#known.load(secret, () => this.#read(secret)));
    const now = this.#room.clock.now() as Timestamp;
    if (known === undefined || isOver(known.token, now)) return undefined;
    known.usedAt = now;
    return known.identity;
  }

  /** Writes down what was used and ends what expired. */
  async sweep(): Promise<void> {
    await this.#room.store.together(() => this.#writeDown());
    const now = this.#room.clock.now();
    const over = this.#known.all().filter(({ token }) => isOver(token, now));
    this.#known.forget((known) => over.includes(known));
    for (const { token } of over) this.#room.lost(token.id);
  }

  async #read(secret: string): Promise<Known | undefined> {
    const [token] = await this.#room.store.tokens.find({ where: { secret } });
    if (token === undefined || isOver(token, this.#room.clock.now())) return undefined;
    return { token, identity: identityOfToken(token), usedAt: token.usedAt };
  }

  /** Only of tokens that are still there: a revoked one must not come back by being used. */
  async #writeDown(): Promise<void> {
    const { store } = this.#room;
    for (const { token, usedAt } of this.#known.all()) {
      const kept = await store.tokens.get(token.id);
      if (kept && usedAt !== null && usedAt > (kept.usedAt ?? 0))
        await store.tokens.put({ ...kept, usedAt });
    }
  }
}

export function identityOfToken({ id, name, role, expiresAt }: Token): Identity {
  return { actor: { kind: "token", id, name }, role, ...(expiresAt && { endsAt: expiresAt }) };
}

export function isOver({ expiresAt }: Token, now: number): boolean {
  return expiresAt !== null && now >= expiresAt;
}
