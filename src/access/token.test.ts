import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { THE_HOUSE } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import { ROLES, type Role } from "../domain/permission.ts";
import { openJournal } from "../journal/journal.ts";
import { TestClock } from "../lib/clock.ts";
import { silentLog } from "../lib/log.ts";
import { openSqliteStore } from "../store/sqlite/sqlite.ts";
import { type Identity, openAccess } from "./access.ts";
import { codeOf, settled, value } from "./trial.ts";

const HOUSE: Identity = { actor: THE_HOUSE, role: "admin" };

test("a token signs in with its role until it is revoked", async (context) => {
  const { access, lost, again } = await house(context);
  for (const role of ["viewer", "engineer"] satisfies Role[]) {
    const { token, item } = value(
      await access.createToken(HOUSE, { name: role, role, expiresAt: null }),
    );
    assert.match(token, /^fl_[\w-]{43}$/);
    const who = await access.identify({ cookie: undefined, bearer: token });
    assert.deepEqual(who, { actor: { kind: "token", id: item.id, name: role }, role });
    assert.ok(await (await again()).identify({ cookie: undefined, bearer: token }));
    value(await access.revokeToken(HOUSE, item.id));
    assert.equal(await access.identify({ cookie: undefined, bearer: token }), undefined);
    assert.equal(lost.at(-1), item.id);
    assert.equal(codeOf(await access.revokeToken(HOUSE, item.id)), "token_unknown");
  }
  for (const bearer of ["", "fl_", "fl_wrong", "Bearer x"])
    assert.equal(await access.identify({ cookie: undefined, bearer }), undefined);
});

test("a token expires by itself and says when it was used last", async (context) => {
  const { access, clock, lost } = await house(context);
  const expiresAt = clock.now() + 90_000;
  const wish = { name: "t", role: "viewer", expiresAt } as const;
  const { token, item } = value(await access.createToken(HOUSE, wish));
  assert.equal(item.usedAt, null);
  clock.advance(30_000);
  assert.ok(await access.identify({ cookie: undefined, bearer: token }));
  assert.equal((await access.tokens())[0]?.usedAt, clock.now());
  clock.advance(59_999);
  assert.ok(await access.identify({ cookie: undefined, bearer: token }));
  clock.advance(1);
  assert.equal(await access.identify({ cookie: undefined, bearer: token }), undefined);
  clock.advance(LIMIT.accessSweepMs);
  await settled(() => lost.includes(item.id));
  assert.equal(await access.identify({ cookie: undefined, bearer: token }), undefined);
});

test("a revoked token does not come back because it was used just before", async (context) => {
  const { access, store } = await house(context);
  const { token, item } = value(
    await access.createToken(HOUSE, { name: "t", role: "viewer", expiresAt: null }),
  );
  await access.identify({ cookie: undefined, bearer: token });
  await Promise.all([access.revokeToken(HOUSE, item.id), access.tokens(), access.close()]);
  assert.equal(await store.tokens.count(), 0);
});

test("there are only so many tokens", async (context) => {
  const { access, store } = await house(context);
  const { item } = value(
    await access.createToken(HOUSE, { name: "t", role: "viewer", expiresAt: null }),
  );
  const more = Array.from({ length: LIMIT.tokens - 1 }, (_, index) => ({
    ...item,
    id: `${index}`,
    secret: `${index}`,
  }));
  await store.tokens.put(...more);
  const wish = { name: "one more", role: "viewer", expiresAt: null } as const;
  assert.equal(codeOf(await access.createToken(HOUSE, wish)), "access_limit");
  value(await access.revokeToken(HOUSE, item.id));
  value(await access.createToken(HOUSE, wish));
});

test("only an administrator changes users and tokens", async (context) => {
  const { access } = await house(context);
  for (const role of ROLES.filter((role) => role !== "admin")) {
    const by: Identity = { actor: { kind: "user", id: "x", name: "x" }, role };
    const wish = { name: "bob", password: "seven slow bicycles", role: "viewer" } as const;
    const answers = [
      await access.createUser(by, wish),
      await access.changeUser(by, "x", { role: "admin" }),
      await access.removeUser(by, "x"),
      await access.createToken(by, { name: "t", role: "viewer", expiresAt: null }),
      await access.revokeToken(by, "t"),
    ];
    assert.deepEqual(answers.map(codeOf), Array(5).fill("permission_missing"));
  }
});

async function house(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "fieldline-token-"));
  const clock = new TestClock();
  const store = value(
    await openSqliteStore({ file: join(folder, "store.db") }, { log: silentLog }),
  );
  context.after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const journal = await openJournal({ store, clock });
  const again = () => openAccess({ store, journal, clock, log: silentLog, folder });
  const access = await again();
  const lost: string[] = [];
  access.onLost((actorId) => lost.push(actorId));
  return { access, again, store, clock, lost };
}
