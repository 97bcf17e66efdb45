import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import type { AgentId } from "../domain/brand.ts";
import type { Message } from "../domain/message.ts";
import { silentLog } from "../lib/log.ts";
import { openSqliteStore } from "../store/sqlite/sqlite.ts";
import type { Store } from "../store/store.ts";
import { Answers } from "./answers.ts";

const AGENT = "a" as AgentId;
const status = (text: string): Message => {
  return { topic: "tc/t/a/i/amo_v3/ms", payload: Buffer.from(text), qos: 1, isKept: true };
};
const TOKEN: Message = { topic: "tc/t/a/i/agm_v3/tr", payload: Buffer.from("a token") };

const folder = mkdtempSync(join(tmpdir(), "fieldline-answers-"));
let store: Store;
let now: number;
let sent: string[];

before(async () => {
  const opened = await openSqliteStore({ file: join(folder, "store.db") }, { log: silentLog });
  assert.ok(opened.ok);
  store = opened.value;
});
beforeEach(async () => {
  await store.answers.remove({});
  [now, sent] = [0, []];
});
after(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

function open(): Promise<Answers> {
  const send = async ({ payload }: Message) => sent.push(Buffer.from(payload).toString());
  return Answers.load({ store, send, now: () => now });
}

test("who subscribes after the answer was given is told again", async () => {
  const answers = await open();
  await answers.say(AGENT, [status("done")]);
  await answers.repeat(AGENT, "tc/t/a/i/amo_v3/#");
  assert.deepEqual(sent, ["done", "done"]);
});

test("another agent, another topic or a later day brings nothing again", async () => {
  const answers = await open();
  await answers.say(AGENT, [status("done")]);
  await answers.repeat("b" as AgentId, "#");
  await answers.repeat(AGENT, "tc/t/a/i/amo_v3/ip");
  now = 11 * 60_000;
  await answers.repeat(AGENT, "#");
  assert.deepEqual(sent, ["done"]);
});

test("after a restart a status is told again, a token is not: it is on no disk", async () => {
  await (await open()).say(AGENT, [status("in progress"), TOKEN, status("done")]);
  sent = [];
  const again = await open();
  await again.repeat(AGENT, "tc/t/a/i/#");
  assert.deepEqual(sent, ["in progress", "done"]);
  now = 11 * 60_000;
  await (await open()).repeat(AGENT, "#");
  assert.equal(sent.length, 2);
  assert.equal(await store.answers.count(), 0);
});

test("of an agent that asks again and again the newest twenty are kept", async () => {
  const answers = await open();
  for (let n = 0; n < 30; n += 1) await answers.say(AGENT, [status(String(n))]);
  assert.equal(await store.answers.count(), 20);
  sent = [];
  await (await open()).repeat(AGENT, "#");
  assert.deepEqual(
    sent,
    Array.from({ length: 20 }, (_, n) => String(n + 10)),
  );
});
