import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, beforeEach, test } from "node:test";
import type { AgentId, CommandId, DeviceAddress, DeviceId, Timestamp } from "../domain/brand.ts";
import type { CommandStep } from "../domain/command.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Device } from "../domain/model.ts";
import { problem } from "../domain/problem.ts";
import type { CommandRow } from "../domain/records.ts";
import { drivers } from "../driver/registry.ts";
import { TestClock } from "../lib/clock.ts";
import { silentLog } from "../lib/log.ts";
import { failure, success } from "../lib/outcome.ts";
import { openSqliteStore } from "../store/sqlite/sqlite.ts";
import type { Store } from "../store/store.ts";
import { type Commands, openCommands } from "./command.ts";

const METER: Device = {
  id: "d1" as DeviceId,
  driver: "mindsphere",
  address: "acme/acme_meter" as DeviceAddress,
  agentId: "a1" as AgentId,
  name: "meter",
  assetId: null,
  ignored: false,
  demo: false,
  firstSeenAt: 0 as Timestamp,
};
const ANN = { actor: { kind: "user", id: "u1", name: "ann" }, role: "operator" } as const;

const BOB = { actor: { kind: "user", id: "u2", name: "bob" }, role: "operator" } as const;

const root = mkdtempSync(join(tmpdir(), "fieldline-kept-"));
let files = 0;
let store: Store;
let clock: TestClock;
let isThere: boolean;
let isLinkDown: boolean;
let wire: number[];
let happenings: string[];
let commands: Commands;

beforeEach(async () => {
  files += 1;
  const opened = await openSqliteStore({ file: join(root, `${files}.db`) }, { log: silentLog });
  assert.ok(opened.ok);
  store = opened.value;
  clock = new TestClock();
  [isThere, isLinkDown, wire, happenings] = [false, false, [], []];
  commands = await open();
});
afterEach(async () => {
  commands.close();
  await store.close();
});
after(() => rmSync(root, { recursive: true }));

test("commands to an agent that is away wait, and go in their order when it comes back", async () => {
  const rows = [await ask(1), await ask(2), await ask(3)];
  assert.deepEqual(
    rows.map(({ state }) => state),
    ["requested", "requested", "requested"],
  );
  isThere = true;
  commands.look();
  await reached(rows[2], "sent");
  assert.deepEqual(wire, [1, 2, 3]);
});

test("to an agent that is there a command goes at once", async () => {
  isThere = true;
  assert.equal((await ask(1)).state, "sent");
  assert.deepEqual(happenings, ["command.requested", "command.sent", "on the wire"]);
});

test("what waits can be taken back, what was sent cannot", async () => {
  const [first, second] = [await ask(1), await ask(2)];
  assert.equal(await commands.takeBack(BOB, first.id), true);
  assert.equal(await commands.takeBack(BOB, first.id), false);
  const row = await commands.get(first.id);
  assert.deepEqual(
    [row?.state, row?.detail, row?.actor.name],
    ["expired", "taken back by bob", "ann"],
  );
  assert.equal(happenings.at(-1), "command.expired by bob");
  isThere = true;
  commands.look();
  await reached(second, "sent");
  assert.deepEqual(wire, [2]);
  assert.equal(await commands.takeBack(BOB, second.id), false);
  assert.equal(await commands.takeBack(BOB, "none" as CommandId), false);
});

test("what its time is over for is not sent any more", async () => {
  const [short, long] = [await ask(1, 60_000), await ask(2)];
  clock.advance(60_000);
  await reached(short, "expired");
  isThere = true;
  commands.look();
  await reached(long, "sent");
  assert.deepEqual(wire, [2]);
});

test("what waits goes on waiting after a restart, in its order", async () => {
  await ask(1);
  const last = await ask(2);
  commands.close();
  commands = await open();
  isThere = true;
  commands.look();
  await reached(last, "sent");
  assert.deepEqual(wire, [1, 2]);
});

test("after a power cut on the way to the wire nothing is sent a second time", async () => {
  isThere = true;
  const row = await ask(1);
  commands.close();
  commands = await open();
  commands.look();
  assert.equal((await ask(2)).state, "sent");
  assert.deepEqual(wire, [1, 2]);
  await follow(row, "done");
  await reached(row, "confirmed");
});

test("the agent's words are the command's states, and all of them are in the journal", async () => {
  isThere = true;
  const row = await ask(1);
  assert.ok((await follow(row, "running", { status: "EXECUTING" })).ok);
  const running = await commands.get(row.id);
  assert.deepEqual([running?.state, running?.answer], ["sent", { status: "EXECUTING" }]);
  await follow(row, "done", { status: "EXECUTED", response: { speed: 3 } });
  const done = await commands.get(row.id);
  assert.equal(done?.state, "confirmed");
  assert.deepEqual(done?.answer, { status: "EXECUTED", response: { speed: 3 } });
  assert.deepEqual(
    happenings.filter((one) => one.startsWith("command")),
    ["command.requested", "command.sent", "command.running", "command.confirmed"],
  );
});

test("an answer that comes twice is one", async () => {
  isThere = true;
  const row = await ask(1);
  for (let times = 0; times < 2; times += 1) {
    await follow(row, "running", { status: "EXECUTING" });
  }
  for (let times = 0; times < 2; times += 1) await follow(row, "failed", { status: "FAILED" });
  await follow(row, "done", { status: "EXECUTED" });
  assert.equal(happenings.filter((one) => one.startsWith("command")).length, 4);
  assert.equal((await commands.get(row.id))?.state, "failed");
});

test("where no answer comes in its time nobody knows; a late one is still the truth", async () => {
  isThere = true;
  const row = await ask(1);
  clock.advance(LIMIT.keptExpiresMs);
  await reached(row, "unknown");
  await follow(row, "done");
  await reached(row, "confirmed");
});

test("nobody answers for another, or to what was not asked", async () => {
  isThere = true;
  const row = await ask(1);
  const progress = { command: row.id, step: "done", answer: {} } as const;
  const other = await commands.follow("d2" as DeviceId, progress);
  assert.ok(!other.ok && other.problem.code === "command_unknown");
  const unasked = await commands.follow(METER.id, { ...progress, command: "x" as CommandId });
  assert.ok(!unasked.ok && unasked.problem.code === "command_unknown");
  assert.equal((await commands.get(row.id))?.state, "sent");
});

test("a link that fails is said, and the next one goes on", async () => {
  [isThere, isLinkDown] = [true, true];
  const row = await ask(1);
  assert.deepEqual([row.state, row.detail], ["failed", "away"]);
  isLinkDown = false;
  assert.equal((await ask(2)).state, "sent");
});

test("as many wait for an agent as may", async () => {
  for (let n = 0; n < LIMIT.commandsKept; n += 1) await ask(n);
  const row = await ask(LIMIT.commandsKept);
  assert.deepEqual([row.state, /others wait/.test(row.detail)], ["failed", true]);
});

function open(): Promise<Commands> {
  return openCommands({
    store,
    record: async ({ kind, actor }) => {
      happenings.push(actor.name === "ann" ? kind : `${kind} by ${actor.name}`);
    },
    deviceOf: (id) => (id === METER.id ? METER : undefined),
    drivers,
    async send({ payload }) {
      happenings.push("on the wire");
      if (isLinkDown) return failure(problem("link_down", "away"));
      wire.push(JSON.parse(Buffer.from(payload).toString()).data.payload.n);
      return success(undefined);
    },
    isHeard: () => isThere,
    clock,
    log: silentLog,
  });
}

async function ask(n: number, expiresInMs?: number): Promise<CommandRow> {
  const wish = { deviceId: METER.id, name: "command", parameters: { payload: { n } } };
  clock.advance(1);
  const asked = await commands.ask(ANN, { ...wish, ...(expiresInMs && { expiresInMs }) });
  assert.ok(asked.ok, asked.ok ? "" : asked.problem.detail);
  return asked.value;
}

function follow({ id }: CommandRow, step: CommandStep, answer: CommandRow["answer"] = {}) {
  return commands.follow(METER.id, { command: id, step, answer: answer ?? {} });
}

/** Settles when the command is in that state. */
async function reached(row: CommandRow | undefined, state: CommandRow["state"]): Promise<void> {
  const id = row?.id ?? ("" as CommandId);
  while ((await commands.get(id))?.state !== state) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
