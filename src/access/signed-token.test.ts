import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { LIMIT } from "../domain/limit.ts";
import { TestClock } from "../lib/clock.ts";
import { SignedTokens } from "./signed-token.ts";

const ADA = { kind: "user", id: "u1", name: "ada" } as const;
const WISH = { actor: ADA, tenant: "camexia", scope: [] };

test("a signed token names its actor for an hour, also after a restart", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "fieldline-signed-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const clock = new TestClock();
  const { token } = await new SignedTokens(folder, clock).issue(WISH);
  const again = new SignedTokens(folder, clock);
  assert.deepEqual((await again.read(token))?.actor, ADA);
  clock.advance(LIMIT.signedTokenSeconds * 1000);
  assert.equal(await again.read(token), undefined);
});

test("two processes that start at once sign with the same key", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "fieldline-signed-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const clock = new TestClock();
  const keys = [new SignedTokens(folder, clock), new SignedTokens(folder, clock)];
  const [one, other] = await Promise.all(keys.map((each) => each.key()));
  assert.equal(one?.id, other?.id);
});

test("the key is its owner's file, and no draft of it stays", async (context) => {
  const folder = join(mkdtempSync(join(tmpdir(), "fieldline-signed-")), "access");
  context.after(() => rmSync(folder, { recursive: true }));
  const { publicPem } = await new SignedTokens(folder, new TestClock()).key();
  const [file = "", ...more] = readdirSync(folder);
  assert.deepEqual(more, []);
  assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(readFileSync(join(folder, file), "utf8").includes(publicPem), false);
});
