import type { Token, User } from "../domain/records.ts";
import { success } from "../lib/outcome.ts";
import type { TokenReply, UserReply } from "./contract.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { iso, isoOrNull, timeOf } from "./time.ts";

export const userHandlers = {
  "GET /users": async ({ access }) => success({ items: (await access.users()).map(userReply) }),
  "POST /users": createUser,
  "PATCH /users/:id": changeUser,
  "DELETE /users/:id": async ({ access }, { by, params }) => access.removeUser(by, params.id),
  "GET /tokens": async ({ access }) => success({ items: (await access.tokens()).map(tokenReply) }),
  "POST /tokens": createToken,
  "DELETE /tokens/:id": async ({ access }, { by, params }) => access.revokeToken(by, params.id),
} satisfies Handlers;

async function createUser(
  { access }: House,
  { body, by }: Call<"POST /users">,
): Answer<"POST /users"> {
  const user = await access.createUser(by, body);
  return user.ok ? success(userReply(user.value)) : user;
}

async function changeUser({ access }: House, { params, body, by }: Call<"PATCH /users/:id">) {
  const user = await access.changeUser(by, params.id, body);
  return user.ok ? success(userReply(user.value)) : user;
}

async function createToken(
  { access }: House,
  { body, by }: Call<"POST /tokens">,
): Answer<"POST /tokens"> {
  const expiresAt =
    body.expiresAt === undefined ? success(null) : timeOf(body.expiresAt, "expiresAt");
  if (!expiresAt.ok) return expiresAt;
  const { name, role } = body;
  const created = await access.createToken(by, { name, role, expiresAt: expiresAt.value });
  if (!created.ok) return created;
  const { token, item } = created.value;
  return success({ token, item: tokenReply(item) });
}

function userReply({ id, name, role, disabled, createdAt }: User): UserReply {
  return { id, name, role, disabled, createdAt: iso(createdAt) };
}

function tokenReply({ id, name, role, createdAt, expiresAt, usedAt }: Token): TokenReply {
  return {
    id,
    name,
    role,
    createdAt: iso(createdAt),
    expiresAt: isoOrNull(expiresAt),
    usedAt: isoOrNull(usedAt),
  };
}
