import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { hash } from "@node-rs/argon2";
import { THE_HOUSE } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Problem } from "../domain/problem.ts";
import { openJournal } from "../journal/journal.ts";
import { TestClock } from "../lib/clock.ts";
import { jsonLog } from "../lib/log.ts";
import type { Outcome } from "../lib/outcome.ts";
import { openSqliteStore } from "../store/sqlite/sqlite.ts";
import { type Access, type Identity, openAccess } from "./access.ts";
import { Passwords } from "./password.ts";
import { codeOf, settled, value } from "./trial.ts";

const HOUSE: Identity = { actor: THE_HOUSE, role: "admin" };
const PASSWORD = "three green kettles";
const OTHER = "seven slow bicycles";
const HERE = "192.0.2.1";
/** What a hash costs is password.test.ts' matter. */
const cheap = new Passwords({ memoryCost: 1024, timeCost: 1, parallelism: 1 });

test("a fresh house has no account; the set-up token makes the owner, once", async (context) => {
  const { access } = await house(context, { owner: false });
  for (const name of ["admin", "root", "fieldline", "owner"]) {
    for (const password of ["admin", "fieldline", ""])
      assert.equal(
        codeOf(await access.signIn({ name, password, remote: `${name}${password}` })),
        "sign_in_wrong",
      );
  }
  const token = access.setupToken ?? "";
  assert.equal(token.length, 43);
  const wish = { token, name: "ada", password: PASSWORD, remote: HERE };
  assert.equal(codeOf(await access.setUp({ ...wish, token: "wrong" })), "setup_closed");
  assert.equal(codeOf(await access.setUp({ ...wish, password: "short" })), "password_weak");
  const both = await Promise.all([access.setUp(wish), access.setUp(wish)]);
  assert.deepEqual(both.map(codeOf).toSorted(), ["setup_closed", undefined]);
  const signedIn = value(both.find(({ ok }) => ok) ?? assert.fail());
  assert.equal((await identify(access, signedIn.cookie))?.role, "admin");
  assert.equal(access.setupToken, null);
  assert.equal(codeOf(await access.setUp(wish)), "setup_closed");
  assert.equal((await access.users()).length, 1);
});

test("the set-up token is another one each start, and too old after an hour", async (context) => {
  const { access, clock, again } = await house(context, { owner: false });
  const next = await again();
  assert.notEqual(next.setupToken, access.setupToken);
  clock.advance(LIMIT.setupMs);
  const wish = { token: next.setupToken ?? "", name: "ada", password: PASSWORD, remote: HERE };
  assert.equal(codeOf(await next.setUp(wish)), "setup_closed");
  assert.equal((await next.users()).length, 0);
});

test("set-up tokens cannot be tried out", async (context) => {
  const { access } = await house(context, { owner: false });
  const wish = { token: "guess", name: "ada", password: PASSWORD, remote: HERE };
  const codes = [];
  for (let index = 0; index < 8; index += 1) codes.push(codeOf(await access.setUp(wish)));
  assert.deepEqual(codes.slice(0, 5), Array(5).fill("setup_closed"));
  assert.deepEqual(codes.slice(5), Array(3).fill("sign_in_paused"));
});

test("the owner can be created unattended, once; a running house notices", async (context) => {
  const { access, again } = await house(context, { owner: false });
  const tool = await again();
  assert.ok((await tool.createOwner("ada", PASSWORD)).ok);
  assert.equal(codeOf(await tool.createOwner("bob", PASSWORD)), "setup_closed");
  const wish = { token: access.setupToken ?? "", name: "eve", password: PASSWORD, remote: HERE };
  assert.equal(codeOf(await access.setUp(wish)), "setup_closed");
  assert.equal(access.setupToken, null);
  assert.equal((await access.users()).length, 1);
});

test("who signs in is known by the cookie, and by nothing else", async (context) => {
  const { access } = await house(context);
  const signedIn = value(await access.signIn({ name: "Ada", password: PASSWORD, remote: HERE }));
  assert.equal(Buffer.from(signedIn.cookie, "base64url").length, 32);
  const who = await identify(access, signedIn.cookie);
  assert.deepEqual(who, { actor: signedIn.actor, role: "admin" });
  assert.deepEqual(await identify(access, signedIn.cookie), who);
  for (const cookie of [undefined, "", "x", `${signedIn.cookie}x`, "__proto__"])
    assert.equal(await identify(access, cookie), undefined);
  assert.equal(await access.identify({ cookie: undefined, bearer: signedIn.cookie }), undefined);
  const again = value(await access.signIn({ name: "ada", password: PASSWORD, remote: HERE }));
  assert.notEqual(again.cookie, signedIn.cookie);
});

test("unknown name, wrong password and disabled user get the same answer", async (context) => {
  const { access, events } = await house(context);
  const bob = value(
    await access.createUser(HOUSE, { name: "bob", password: OTHER, role: "viewer" }),
  );
  value(await access.changeUser(HOUSE, bob.id, { disabled: true }));
  const answers = [
    await access.signIn({ name: "nobody", password: PASSWORD, remote: "1" }),
    await access.signIn({ name: "ada", password: OTHER, remote: "2" }),
    await access.signIn({ name: "bob", password: OTHER, remote: "3" }),
  ];
  assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1);
  const refused = await events("access.refused");
  assert.deepEqual(
    refused.map(({ detail }) => [detail["reason"], detail["remote"]]),
    [
      ["password", "1"],
      ["password", "2"],
      ["disabled", "3"],
    ],
  );
  assert.equal(refused[0]?.subject, "");
  assert.equal(refused[2]?.subject, `user:${bob.id}`);
});

test("of thirty wrong sign-ins from thirty addresses at most five are looked at", async (context) => {
  const { access, clock, events } = await house(context);
  const tries = Array.from({ length: 30 }, (_, index) =>
    access.signIn({ name: "ada", password: `wrong ${index}`, remote: `198.51.100.${index}` }),
  );
  const codes = (await Promise.all(tries)).map(codeOf);
  assert.equal(codes.filter((code) => code === "sign_in_wrong").length, 5);
  assert.equal(codes.filter((code) => code === "sign_in_paused").length, 25);
  assert.equal((await events("access.refused")).length, 5);
  const right = { name: "ada", password: PASSWORD, remote: "198.51.100.99" };
  assert.equal(codeOf(await access.signIn(right)), "sign_in_paused");
  clock.advance(LIMIT.signInPauseMs);
  assert.equal((await access.signIn(right)).ok, true);
});

test("one address has five tries, whatever names it tries", async (context) => {
  const { access } = await house(context);
  const codes = [];
  for (let index = 0; index < 8; index += 1)
    codes.push(
      codeOf(await access.signIn({ name: `user ${index}`, password: OTHER, remote: HERE })),
    );
  assert.deepEqual(codes.slice(4), ["sign_in_wrong", ...Array(3).fill("sign_in_paused")]);
});

test("a stranger's tries keep nobody from signing in where he always does", async (context) => {
  const { access } = await house(context);
  assert.ok((await access.signIn({ name: "ada", password: PASSWORD, remote: HERE })).ok);
  for (let index = 0; index < 6; index += 1)
    await access.signIn({ name: "ada", password: OTHER, remote: `198.51.100.${index}` });
  const elsewhere = { name: "ada", password: PASSWORD, remote: "198.51.100.7" };
  assert.equal(codeOf(await access.signIn(elsewhere)), "sign_in_paused");
  assert.ok((await access.signIn({ name: "ada", password: PASSWORD, remote: HERE })).ok);
});

test("a session ends when it is idle, and at last in any case", async (context) => {
  const { access, clock, lost } = await house(context);
  const signedIn = value(await access.signIn({ name: "ada", password: PASSWORD, remote: HERE }));
  const { cookie } = signedIn;
  const isIn = async () => (await identify(access, cookie)) !== undefined;
  for (
    let spent = 0;
    spent < LIMIT.sessionMs - LIMIT.sessionIdleMs;
    spent += LIMIT.sessionIdleMs / 2
  ) {
    clock.advance(LIMIT.sessionIdleMs / 2);
    assert.equal(await isIn(), true);
  }
  clock.advance(LIMIT.sessionIdleMs - 1);
  assert.equal(await isIn(), true);
  clock.advance(LIMIT.sessionIdleMs);
  assert.equal(await isIn(), false);

  const idle = value(await access.signIn({ name: "ada", password: PASSWORD, remote: HERE }));
  clock.advance(LIMIT.sessionIdleMs);
  assert.equal(await identify(access, idle.cookie), undefined);
  await settled(() => lost.includes(signedIn.actor.id));
});

test("sessions that are over are removed, and last use is kept over a restart", async (context) => {
  const { access, clock, again, store } = await house(context);
  const { cookie } = value(await access.signIn({ name: "ada", password: PASSWORD, remote: HERE }));
  clock.advance(LIMIT.sessionIdleMs - 1);
  assert.ok(await identify(access, cookie));
  await access.close();
  const next = await again();
  clock.advance(LIMIT.sessionIdleMs - 1);
  assert.ok(await identify(next, cookie));
  await next.close();
  clock.advance(LIMIT.sessionIdleMs);
  await (await again()).close();
  assert.equal(await store.sessions.count(), 0);
});

test("signing out ends the session at once, and only that one", async (context) => {
  const { access, lost, events } = await house(context);
  const one = value(await access.signIn({ name: "ada", password: PASSWORD, remote: HERE }));
  const two = value(await access.signIn({ name: "ada", password: PASSWORD, remote: HERE }));
  assert.ok(await identify(access, one.cookie));
  await access.signOut(one.cookie);
  await access.signOut("never was");
  assert.equal(await identify(access, one.cookie), undefined);
  assert.ok(await identify(access, two.cookie));
  assert.deepEqual(lost, [one.actor.id]);
  assert.equal((await events("access.signed-out")).length, 1);
});

test("a person has a limited number of sessions; the one not used for longest ends", async (context) => {
  const { access, clock, store } = await house(context);
  const cookies: string[] = [];
  for (let index = 0; index <= LIMIT.sessionsPerUser; index += 1) {
    cookies.push(
      value(await access.signIn({ name: "ada", password: PASSWORD, remote: HERE })).cookie,
    );
    clock.advance(1);
  }
  assert.equal(await store.sessions.count(), LIMIT.sessionsPerUser);
  assert.equal(await identify(access, cookies[0]), undefined);
  assert.ok(await identify(access, cookies[1]));
});

test("a disabled, removed or re-passworded user is out at once", async (context) => {
  const { access, lost } = await house(context);
  const changes: ((id: string) => Promise<Outcome<unknown, Problem>>)[] = [
    (id) => access.changeUser(HOUSE, id, { disabled: true }),
    (id) => access.changeUser(HOUSE, id, { password: "nine round windows" }),
    (id) => access.removeUser(HOUSE, id),
  ];
  for (const [index, change] of changes.entries()) {
    const name = `user ${index}`;
    value(await access.createUser(HOUSE, { name, password: OTHER, role: "operator" }));
    const { cookie, actor } = value(await access.signIn({ name, password: OTHER, remote: HERE }));
    assert.ok(await identify(access, cookie));
    value(await change(actor.id));
    assert.equal(await identify(access, cookie), undefined);
    assert.equal(lost.at(-1), actor.id);
    assert.equal((await access.signIn({ name, password: OTHER, remote: `${index}` })).ok, false);
  }
});

test("another role holds from the next request on, and live feeds are told", async (context) => {
  const { access, lost } = await house(context);
  const wish = { name: "bob", password: OTHER, role: "engineer" } as const;
  const bob = value(await access.createUser(HOUSE, wish));
  const { cookie } = value(await access.signIn({ ...wish, remote: HERE }));
  value(await access.changeUser(HOUSE, bob.id, { role: "viewer" }));
  assert.equal((await identify(access, cookie))?.role, "viewer");
  assert.deepEqual(lost, [bob.id]);
});

test("the last administrator can be neither removed, disabled nor demoted", async (context) => {
  const { access } = await house(context);
  const [ada] = await access.users();
  const id = ada?.id ?? "";
  const bob = value(
    await access.createUser(HOUSE, { name: "bob", password: OTHER, role: "admin" }),
  );
  value(await access.changeUser(HOUSE, bob.id, { disabled: true }));
  assert.equal(codeOf(await access.changeUser(HOUSE, id, { role: "engineer" })), "last_admin");
  assert.equal(codeOf(await access.changeUser(HOUSE, id, { disabled: true })), "last_admin");
  assert.equal(codeOf(await access.removeUser(HOUSE, id)), "last_admin");
  value(await access.changeUser(HOUSE, bob.id, { disabled: false }));
  const both = await Promise.all([access.removeUser(HOUSE, id), access.removeUser(HOUSE, bob.id)]);
  assert.deepEqual(
    both.map(({ ok }) => ok),
    [true, false],
  );
});

test("names are one whatever their capitals; odd names and weak passwords are refused", async (context) => {
  const { access } = await house(context);
  const create = async (name: string, password = OTHER) =>
    codeOf(await access.createUser(HOUSE, { name, password, role: "viewer" }));
  assert.equal(await create("ADA"), "user_exists");
  assert.equal(await create("Änne"), undefined);
  assert.equal(await create("änne".normalize("NFD")), "user_exists");
  for (const name of ["", " ada", "a\nb", "a\u202eb", "x".repeat(65)])
    assert.equal(await create(name), "request_invalid", JSON.stringify(name));
  assert.equal(await create("cleo", "cleocleocleo"), "password_weak");
  const both = await Promise.all([create("dora"), create("Dora")]);
  assert.deepEqual(both.toSorted(), ["user_exists", undefined]);
  assert.equal(
    codeOf(await access.changeUser(HOUSE, "nobody", { role: "viewer" })),
    "user_unknown",
  );
  assert.equal(codeOf(await access.removeUser(HOUSE, "nobody")), "user_unknown");
});

test("a hash of other costs is renewed at the next sign-in", async (context) => {
  const { access, store } = await house(context, { isCheap: false });
  const [ada] = await access.users();
  assert.ok(ada);
  await store.users.put({ ...ada, passwordHash: await hash(PASSWORD, { memoryCost: 19_456 }) });
  assert.ok((await access.signIn({ name: "ada", password: PASSWORD, remote: HERE })).ok);
  assert.match((await access.users())[0]?.passwordHash ?? "", /m=65536,t=3,p=1/);
  assert.ok((await access.signIn({ name: "ada", password: PASSWORD, remote: HERE })).ok);
});

test("everything is in the journal, with its actor and where from", async (context) => {
  const { access, events } = await house(context, { owner: false });
  const token = access.setupToken ?? "";
  const ada = value(await access.setUp({ token, name: "ada", password: PASSWORD, remote: HERE }));
  const bob = value(await access.createUser(ada, { name: "bob", password: OTHER, role: "viewer" }));
  value(await access.changeUser(ada, bob.id, { role: "operator", password: "nine round windows" }));
  value(await access.removeUser(ada, bob.id));
  const wish = { name: "t", role: "viewer", expiresAt: null } as const;
  value(await access.revokeToken(ada, value(await access.createToken(ada, wish)).item.id));
  await access.signOut(ada.cookie);
  const all = await events();
  assert.deepEqual(
    all.map(({ kind, actor, subject }) => [kind, actor.name, subject.split(":")[0]]),
    [
      ["access.set-up", "Fieldline", "user"],
      ["access.signed-in", "ada", "user"],
      ["access.user-created", "ada", "user"],
      ["access.user-changed", "ada", "user"],
      ["access.user-removed", "ada", "user"],
      ["access.token-created", "ada", "token"],
      ["access.token-revoked", "ada", "token"],
      ["access.signed-out", "ada", "user"],
    ],
  );
  assert.deepEqual(all[1]?.detail, { remote: HERE });
  assert.deepEqual(all[3]?.detail, {
    name: "bob",
    role: "operator",
    before: "viewer",
    password: "changed",
  });
});

test("no cookie, token or password is in the files or in the log", async (context) => {
  const { access, folder, lines } = await house(context, { owner: false });
  const setupToken = access.setupToken ?? "";
  const wish = { token: setupToken, name: "ada", password: PASSWORD, remote: HERE };
  const { cookie } = value(await access.setUp(wish));
  await access.signIn({ name: OTHER, password: "wrong password", remote: HERE });
  const made = value(
    await access.createToken(HOUSE, { name: "t", role: "viewer", expiresAt: null }),
  );
  await identify(access, cookie);
  await access.identify({ cookie: undefined, bearer: made.token });
  await access.close();
  const files = readdirSync(folder).map((file) => readFileSync(join(folder, file), "latin1"));
  const everything = [...files, ...lines].join("\n");
  assert.ok(everything.includes("$argon2id$"));
  for (const secret of [cookie, made.token, setupToken, PASSWORD, OTHER, "wrong password"])
    assert.equal(everything.includes(secret), false);
});

async function house(context: TestContext, { owner = true, isCheap = true } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "fieldline-access-"));
  const clock = new TestClock();
  const lines: string[] = [];
  const log = jsonLog(
    (line) => lines.push(line),
    "debug",
    () => clock.now(),
  );
  const store = value(await openSqliteStore({ file: join(folder, "store.db") }, { log }));
  const journal = await openJournal({ store, clock });
  const passwords = isCheap ? { passwords: cheap } : {};
  const parts = { store, journal, clock, log, folder, ...passwords };
  const opened: Access[] = [];
  const again = async () => {
    const access = await openAccess(parts);
    opened.push(access);
    return access;
  };
  context.after(async () => {
    for (const access of opened) await access.close();
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const access = await again();
  if (owner) value(await access.createOwner("ada", PASSWORD));
  const lost: string[] = [];
  access.onLost((actorId) => lost.push(actorId));
  const events = async (kind?: string) =>
    journal.list(kind === undefined ? {} : { where: { kind } });
  return { access, store, clock, lost, lines, folder, again, events };
}

function identify(access: Access, cookie: string | undefined): Promise<Identity | undefined> {
  return access.identify({ cookie, bearer: undefined });
}
