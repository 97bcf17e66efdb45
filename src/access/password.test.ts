import assert from "node:assert/strict";
import { test } from "node:test";
import { hash } from "@node-rs/argon2";
import { Passwords } from "./password.ts";

const passwords = new Passwords();

test("a password is kept as argon2id with 64 MiB, three passes, one lane", async () => {
  const hashed = await passwords.hash("drei grüne Pumpen", ["ada"]);
  assert.ok(hashed.ok);
  assert.match(hashed.value, /^\$argon2id\$v=19\$m=65536,t=3,p=1\$/);
  assert.equal(passwords.isOutdated(hashed.value), false);
  assert.deepEqual(await passwords.isRight(hashed.value, "drei grüne Pumpen"), right(true));
  assert.deepEqual(await passwords.isRight(hashed.value, "drei grüne pumpen"), right(false));
});

test("the same password typed with other code points is the same", async () => {
  const hashed = await passwords.hash("drei grüne Pumpen".normalize("NFD"), []);
  assert.ok(hashed.ok);
  assert.deepEqual(await passwords.isRight(hashed.value, "drei grüne Pumpen"), right(true));
});

test("nobody's password costs what everybody's costs, and none is right", async () => {
  assert.equal(passwords.isOutdated(passwords.ofNobody), false);
  assert.deepEqual(await passwords.isRight(undefined, ""), right(false));
  assert.deepEqual(await passwords.isRight(undefined, "drei grüne Pumpen"), right(false));
  assert.deepEqual(
    await passwords.isRight(passwords.ofNobody, "x".repeat(1_000_000)),
    right(false),
  );
});

test("twelve characters of any composition up to 256 are welcome", async () => {
  for (const password of [
    "Kettle-Moss-9",
    "four plain words here",
    "🦊🦊🦊🦊🦊wxyzüö ß",
    "7394 1058 2266 x",
  ])
    assert.equal(await weakness(password), undefined, password);
  assert.equal(await weakness(varied(100)), undefined);
  assert.equal(await weakness(varied(256)), undefined);
  assert.match((await weakness(varied(257))) ?? "", /at most 256/);
  assert.match((await weakness("Kettle-Moss")) ?? "", /at least 12/);
  assert.match((await weakness("🦊🦊🦊🦊🦊🦊")) ?? "", /at least 12/);
});

test("common, patterned and guessable passwords are refused", async () => {
  const common = ["1q2w3e4r5t6y", "QWERTY123456", "motherfucker", "justinbieber", "welcome12345"];
  for (const password of common) assert.match((await weakness(password)) ?? "", /common/, password);
  const patterns = [
    "aaaaaaaaaaaaaaaa",
    "abababababab",
    "qwertzuiopasdf",
    "98765432109876",
    "abcdefghijklm",
  ];
  for (const password of patterns)
    assert.match((await weakness(password)) ?? "", /repeats|common/, password);
  const words = [
    "Fieldline-2026!",
    "administrator-2",
    "Administrator#1",
    "operator-operator",
    "!!!Welcome!!!",
  ];
  for (const password of words)
    assert.match((await weakness(password)) ?? "", /known word/, password);
});

test("the user's own name is no password", async () => {
  assert.match((await weakness("Ada.Lovelace", ["ada.lovelace"])) ?? "", /name/);
  assert.match((await weakness("ada.lovelace1815", ["Ada.Lovelace"])) ?? "", /name/);
  assert.match((await weakness("ÄNNEÄNNEÄNNE", ["änne"])) ?? "", /repeats|name/);
  assert.equal(await weakness("ada likes kettles", ["ada"]), undefined);
});

test("a hash made with other costs is outdated", async () => {
  assert.equal(passwords.isOutdated(await hash("x", { memoryCost: 19_456, timeCost: 2 })), true);
});

test("more hashes at once than fit into memory are refused, not made", async () => {
  const busy = new Passwords();
  const asked = await Promise.all(
    Array.from({ length: 25 }, () => busy.isRight(undefined, "drei grüne Pumpen")),
  );
  const refused = asked.filter((answer) => !answer.ok);
  assert.equal(refused.length, 3);
  assert.deepEqual(
    new Set(refused.map((answer) => !answer.ok && answer.problem.code)),
    new Set(["sign_in_paused"]),
  );
  assert.deepEqual(await busy.isRight(undefined, ""), right(false));
});

function right(value: boolean) {
  return { ok: true, value };
}

async function weakness(
  password: string,
  names: readonly string[] = [],
): Promise<string | undefined> {
  const hashed = await passwords.hash(password, names);
  if (hashed.ok) return undefined;
  assert.equal(hashed.problem.code, "password_weak");
  assert.ok(!hashed.problem.detail.includes(password));
  return hashed.problem.detail;
}

function varied(length: number): string {
  return Array.from({ length }, (_, index) => String.fromCharCode(97 + ((index * 7) % 26))).join(
    "",
  );
}
