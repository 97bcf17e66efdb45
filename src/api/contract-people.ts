import { Type } from "typebox";
import { ROLES } from "../domain/permission.ts";
import type { Route } from "./contract.ts";
import { Id, Name, oneOf, TimeIn, TokenSchema, UserSchema } from "./schema.ts";

/** The first owner, sessions, people and tokens: a part of the contract, see `contract.ts`. */

const Me = Type.Object({
  name: Type.String(),
  role: oneOf(ROLES),
  /** Where the server stands with set-up: the screens ask this first. */
  demo: Type.Boolean(),
  version: Type.String(),
});

export const PEOPLE_ROUTES = {
  "GET /setup": {
    permission: "public",
    summary: "Whether an owner exists already",
    reply: Type.Object({ open: Type.Boolean() }),
  },
  "POST /setup": {
    permission: "setup",
    summary: "Create the owner with the one-time token; signs in",
    body: Type.Object({
      token: Type.String(),
      name: Name,
      password: Type.String({ maxLength: 256 }),
      demo: Type.Optional(Type.Boolean()),
    }),
    reply: Me,
    created: true,
  },
  "POST /session": {
    permission: "public",
    summary: "Sign in; sets the session cookie",
    body: Type.Object({ name: Name, password: Type.String({ maxLength: 256 }) }),
    reply: Me,
    created: true,
  },
  "GET /session": { permission: "self", summary: "Who is signed in", reply: Me },
  "DELETE /session": { permission: "self", summary: "Sign out" },

  "GET /users": {
    permission: "administer",
    summary: "People",
    reply: Type.Object({ items: Type.Array(UserSchema) }),
  },
  "POST /users": {
    permission: "administer",
    summary: "Create a user",
    body: Type.Object({
      name: Name,
      password: Type.String({ maxLength: 256 }),
      role: oneOf(ROLES),
    }),
    reply: UserSchema,
    created: true,
  },
  "PATCH /users/:id": {
    permission: "administer",
    summary: "Change role, disable, or set a password",
    params: Id,
    body: Type.Object({
      role: Type.Optional(oneOf(ROLES)),
      disabled: Type.Optional(Type.Boolean()),
      password: Type.Optional(Type.String({ maxLength: 256 })),
    }),
    reply: UserSchema,
  },
  "DELETE /users/:id": { permission: "administer", summary: "Remove a user", params: Id },
  "GET /tokens": {
    permission: "administer",
    summary: "API tokens",
    reply: Type.Object({ items: Type.Array(TokenSchema) }),
  },
  "POST /tokens": {
    permission: "administer",
    summary: "Create a token, shown once",
    body: Type.Object({ name: Name, role: oneOf(ROLES), expiresAt: Type.Optional(TimeIn) }),
    reply: Type.Object({ token: Type.String(), item: TokenSchema }),
    created: true,
  },
  "DELETE /tokens/:id": { permission: "administer", summary: "Revoke a token", params: Id },
} as const satisfies Record<string, Route>;
