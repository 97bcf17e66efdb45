import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { AgentId, CommandId, DeviceAddress, DeviceId, Timestamp } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import { drivers } from "../driver/registry.ts";
import { TestClock } from "../lib/clock.ts";
import { silentLog } from "../lib/log.ts";
import { success } from "../lib/outcome.ts";
import { openSqliteStore } from "../store/sqlite/sqlite.ts";
import { type CommandWish, openCommands } from "./command.ts";
import { settingsOf } from "./settings-tale.ts";

const NODE = "d1" as DeviceId;
const ACK = { done: true, answer: { state: "ack" } };
const FAIL = { done: false, answer: { state: "fail" } };

test("of a device that answers everything, an order without an answer is unknown after a minute", async (t) => {
  const room = await open(t);
  const first = await room.order();
  await room.commands.confirm(NODE, ACK);
  const second = await room.order();
  room.clock.advance(LIMIT.answerMs);
  await room.settled(second);
  assert.deepEqual(await room.states(first, second), ["confirmed", "unknown"]);
});

test("answers to orders that are open together are credited in the order of sending", async (t) => {
  const room = await open(t);
  const [first, second] = [await room.order(), await room.order()];
  await room.commands.confirm(NODE, FAIL);
  assert.deepEqual(await room.states(first, second), ["sent", "sent"], "whose it is shows later");
  await room.commands.confirm(NODE, ACK);
  assert.deepEqual(await room.states(first, second), ["failed", "confirmed"]);
});

test("a lost answer credits no other order: both are unknown, with what came", async (t) => {
  const room = await open(t);
  const first = await room.order();
  room.clock.advance(20_000);
  const second = await room.order();
  await room.commands.confirm(NODE, ACK);
  room.clock.advance(LIMIT.answerMs);
  await room.settled(first, second);
  assert.deepEqual(await room.states(first, second), ["unknown", "unknown"]);
  const row = await room.commands.get(second);
  assert.equal(row?.detail, "1 of 2 answers came: nobody knows whose");
  assert.deepEqual(row?.answer, ACK.answer);
});

test("an order that joins those whose answers are unclear is not credited with theirs", async (t) => {
  const room = await open(t);
  const [first, second] = [await room.order(), await room.order()];
  await room.commands.confirm(NODE, ACK);
  const third = await room.order();
  await room.commands.confirm(NODE, FAIL);
  assert.deepEqual(await room.states(first, second, third), ["sent", "sent", "sent"]);
  await room.commands.confirm(NODE, ACK);
  const states = await room.states(first, second, third);
  assert.deepEqual(states, ["confirmed", "failed", "confirmed"]);
});

test("after their minute an answer belongs to the order that says the same again", async (t) => {
  const room = await open(t);
  const [first, second] = [await room.order(), await room.order()];
  await room.commands.confirm(NODE, ACK);
  await room.givenUp(first, second);
  const third = await room.order();
  await room.commands.confirm(NODE, ACK);
  assert.deepEqual(await room.states(first, second, third), ["unknown", "unknown", "confirmed"]);
});

test("an answer later than its minute is not credited to the next order", async (t) => {
  const room = await open(t);
  const first = await room.order(1);
  await room.givenUp(first);
  const second = await room.order(2);
  await room.commands.confirm(NODE, FAIL);
  assert.deepEqual(await room.states(first, second), ["unknown", "sent"], "it may be either's");
  room.clock.advance(LIMIT.answerMs);
  await room.settled(second);
  const row = await room.commands.get(second);
  assert.equal(row?.detail, "1 of 2 answers came: nobody knows whose");
  await room.commands.confirm(NODE, ACK);
  assert.deepEqual(
    await room.states(first, second),
    ["failed", "confirmed"],
    "both came after all",
  );
});

test("an order that was given up is confirmed by its late answer", async (t) => {
  const room = await open(t);
  const order = await room.order();
  await room.givenUp(order);
  assert.deepEqual(await room.states(order), ["unknown"]);
  await room.commands.confirm(NODE, ACK);
  assert.deepEqual(await room.states(order), ["confirmed"]);
});

test("who says the same again has it answered, whichever of them was meant", async (t) => {
  const room = await open(t);
  const first = await room.order(1);
  await room.givenUp(first);
  const second = await room.order(1);
  await room.commands.confirm(NODE, ACK);
  assert.deepEqual(await room.states(first, second), ["unknown", "confirmed"]);
});

test("after three minutes no answer is awaited any more", async (t) => {
  const room = await open(t);
  const first = await room.order(1);
  await room.givenUp(first);
  room.clock.advance(LIMIT.answerLateMs);
  await room.commands.confirm(NODE, ACK);
  const second = await room.order(2);
  await room.commands.confirm(NODE, ACK);
  assert.deepEqual(await room.states(first, second), ["unknown", "confirmed"]);
});

test("what comes when nobody waits is kept as late beside the last that was given up", async (t) => {
  const room = await open(t);
  const order = await room.order(1);
  await room.givenUp(order);
  room.clock.advance(LIMIT.answerLateMs);
  await room.commands.confirm(NODE, FAIL);
  const row = await room.commands.get(order);
  assert.deepEqual([row?.state, row?.answer], ["unknown", FAIL.answer]);
  assert.equal(row?.detail, "an answer came too late to be sure of");
});

test("settings that wait at the broker are confirmed when their gateway comes back", async (t) => {
  const room = await open(t);
  const settings = await room.lay(60);
  await room.givenUp(settings);
  room.clock.advance(5 * 3_600_000);
  await room.commands.confirm(NODE, ACK);
  assert.deepEqual(await room.states(settings), ["confirmed"]);
});

test("the answer to settings that waited at the broker is not the next order's", async (t) => {
  const room = await open(t);
  const settings = await room.lay(60);
  await room.givenUp(settings);
  room.clock.advance(5 * 3_600_000);
  const ring = await room.order(1);
  await room.commands.confirm(NODE, FAIL);
  assert.deepEqual(await room.states(settings, ring), ["unknown", "sent"]);
  await room.commands.confirm(NODE, ACK);
  assert.deepEqual(await room.states(settings, ring), ["failed", "confirmed"], "as they were sent");
});

test("an answer that was lost leaves one later order unclear, and no more", async (t) => {
  const room = await open(t);
  const settings = await room.lay(60);
  await room.givenUp(settings);
  room.clock.advance(5 * 3_600_000);
  const ring = await room.order(1);
  await room.commands.confirm(NODE, ACK);
  room.clock.advance(LIMIT.answerMs);
  await room.settled(ring);
  assert.deepEqual(await room.states(settings, ring), ["unknown", "unknown"]);
  assert.equal(
    (await room.commands.get(settings))?.detail,
    "1 of 2 answers came: nobody knows whose",
  );
  room.clock.advance(LIMIT.answerLateMs);
  const next = await room.order(2);
  await room.commands.confirm(NODE, ACK);
  assert.deepEqual(await room.states(next), ["confirmed"]);
});

test("settings that others have taken the place of are not awaited any more", async (t) => {
  const room = await open(t);
  const first = await room.lay(60);
  await room.givenUp(first);
  room.clock.advance(LIMIT.answerLateMs);
  const second = await room.lay(90);
  await room.commands.confirm(NODE, ACK);
  assert.deepEqual(await room.states(first, second), ["unknown", "confirmed"]);
});

test("an order is awaited while the broker may hand it on, and a minute more", async (t) => {
  const room = await open(t);
  const long = await room.order(1, LIMIT.commandExpiresMsMax);
  room.clock.advance(LIMIT.commandExpiresMsMax);
  await room.settled(long);
  const next = await room.order(2);
  await room.commands.confirm(NODE, ACK);
  assert.deepEqual(await room.states(long, next), ["unknown", "sent"]);
});

test("two answers that come at the same moment are not one order's", async (t) => {
  const room = await open(t);
  const [first, second] = [await room.order(), await room.order()];
  await Promise.all([room.commands.confirm(NODE, ACK), room.commands.confirm(NODE, ACK)]);
  assert.deepEqual(await room.states(first, second), ["confirmed", "confirmed"]);
});

test("settings that their gateway has not been given yet are not answered by what it says", async (t) => {
  const room = await open(t);
  room.isHere(false);
  const settings = await room.lay(60);
  await room.givenUp(settings);
  await room.commands.confirm(NODE, ACK);
  assert.equal((await room.commands.get(settings))?.answer, null, "it repeats what it said before");
  room.isHere(true);
  await room.commands.confirm(NODE, FAIL);
  assert.deepEqual(await room.states(settings), ["failed"]);
});

test("of settings that lie at the broker and an order, the one that was given is answered", async (t) => {
  const room = await open(t);
  const ring = await room.order(1);
  room.isHere(false);
  const settings = await room.lay(60);
  await room.commands.confirm(NODE, ACK);
  assert.deepEqual(await room.states(ring, settings), ["confirmed", "sent"]);
});

test("an order that is answered again, and differently, is unknown", async (t) => {
  const room = await open(t);
  const order = await room.order();
  await room.commands.confirm(NODE, ACK);
  room.clock.advance(20_000);
  await room.commands.confirm(NODE, FAIL);
  const row = await room.commands.get(order);
  assert.deepEqual([row?.state, row?.answer], ["unknown", FAIL.answer]);
  assert.equal(row?.detail, "two answers came that differ");
  await room.commands.confirm(NODE, ACK);
  assert.deepEqual(await room.states(order), ["unknown"], "nobody knows any better now");
});

test("an answer that comes again is no other answer, and one that comes much later is none", async (t) => {
  const room = await open(t);
  const order = await room.order();
  for (let times = 0; times < 3; times += 1) await room.commands.confirm(NODE, FAIL);
  room.clock.advance(LIMIT.answerLateMs + 1);
  await room.commands.confirm(NODE, ACK);
  assert.deepEqual(await room.states(order), ["failed"]);
});

test("what was given up is not what a repeated answer is kept with", async (t) => {
  const room = await open(t);
  const first = await room.order(1);
  await room.givenUp(first);
  room.clock.advance(LIMIT.answerLateMs);
  const second = await room.order(2);
  for (let times = 0; times < 2; times += 1) await room.commands.confirm(NODE, ACK);
  assert.deepEqual(await room.states(first, second), ["unknown", "confirmed"]);
  assert.equal((await room.commands.get(first))?.answer, null);
});

test("an answer to nothing is nothing", async (t) => {
  const room = await open(t);
  await room.commands.confirm(NODE, ACK);
  const order = await room.order();
  assert.deepEqual(await room.states(order), ["sent"]);
});

/** The walk down to one node whose gateway answers everything. */
async function open(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "fieldline-answers-"));
  const opened = await openSqliteStore({ file: join(folder, "s.db") }, { log: silentLog });
  assert.ok(opened.ok);
  const store = opened.value;
  const clock = new TestClock();
  const device = {
    ...{ id: NODE, driver: "viasens", address: "12/5" as DeviceAddress, name: "R 105" },
    ...{ agentId: "a1" as AgentId, assetId: null, ignored: false, demo: false },
    firstSeenAt: 0 as Timestamp,
  };
  let isHere = true;
  const commands = await openCommands({
    ...{ store, drivers, clock, log: silentLog, record: async () => {} },
    ...{ deviceOf: () => device, isHeard: () => isHere, isAnswered: () => true },
    send: async () => success(undefined),
  });
  context.after(async () => {
    commands.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const ask = async (wish: Omit<CommandWish, "deviceId">): Promise<CommandId> => {
    clock.advance(1);
    const by = { actor: { kind: "user", id: "u", name: "Ada" }, role: "operator" } as const;
    const asked = await commands.ask(by, { deviceId: NODE, ...wish });
    assert.ok(asked.ok, asked.ok ? "" : asked.problem.detail);
    return asked.value.id;
  };
  const stateOf = async (id: CommandId) => (await commands.get(id))?.state;
  const settled = async (...ids: readonly CommandId[]) => {
    for (const id of ids) {
      while ((await stateOf(id)) === "sent") await new Promise(setImmediate);
    }
  };
  return {
    ...{ commands, clock },
    /** Whether its gateway is there, and subscribed. */
    isHere(here: boolean) {
      isHere = here;
    },
    order: (mode = -1, expiresInMs?: number) =>
      ask({
        name: "led-ring",
        parameters: parametersOf(mode),
        ...(expiresInMs && { expiresInMs }),
      }),
    /** Settings, which the broker keeps for a gateway that comes later. */
    lay: (holdTime: number) => ask({ name: "sensors-config", parameters: settingsOf(holdTime) }),
    states: (...ids: readonly CommandId[]) => Promise.all(ids.map(stateOf)),
    settled,
    /** Their minute is over, and nothing was said. */
    givenUp(...ids: readonly CommandId[]) {
      clock.advance(LIMIT.answerMs + 1);
      return settled(...ids);
    },
  };
}

function parametersOf(mode: number) {
  return { mode, duration: 1000, speed: 128, colors: ["0xFF0000", "0x000000", "0x000000"] };
}
