import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { AgentId, DeviceAddress, DeviceId, Timestamp } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Message } from "../domain/message.ts";
import type { Device } from "../domain/model.ts";
import type { Role } from "../domain/permission.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { drivers } from "../driver/registry.ts";
import { TestClock } from "../lib/clock.ts";
import { silentLog } from "../lib/log.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { openSqliteStore } from "../store/sqlite/sqlite.ts";
import { type Commands, type CommandWish, openCommands } from "./command.ts";
import { settingsOf } from "./settings-tale.ts";

const NODE: Device = {
  id: "d1" as DeviceId,
  driver: "viasens",
  address: "12/5" as DeviceAddress,
  agentId: "a1" as AgentId,
  name: "R 105",
  assetId: null,
  ignored: false,
  demo: false,
  firstSeenAt: 0 as Timestamp,
};
const BLINK: CommandWish = {
  deviceId: NODE.id,
  name: "led-ring",
  parameters: {
    mode: 1,
    duration: 10_000,
    speed: 100,
    colors: ["0x0000FF", "0x00FF00", "0xFF0000"],
  },
};

const SETTINGS = settingsOf(30);

const folder = mkdtempSync(join(tmpdir(), "fieldline-command-"));
const opened = await openSqliteStore({ file: join(folder, "fieldline.db") }, { log: silentLog });
assert.ok(opened.ok);
const store = opened.value;
after(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function room(
  send?: (message: Message) => Outcome<void, Problem>,
  isHeard: () => boolean = () => true,
  isAnswered: () => boolean = () => false,
) {
  const happenings: string[] = [];
  const wire: Message[] = [];
  const clock = new TestClock();
  const commands = await openCommands({
    store,
    record: async ({ actor, kind }) => happenings.push(`${actor.name} ${kind}`),
    deviceOf: (id) => (id === NODE.id ? NODE : undefined),
    drivers,
    send: async (message) => {
      happenings.push("on the wire");
      wire.push(message);
      return send?.(message) ?? success(undefined);
    },
    isHeard,
    isAnswered,
    clock,
    log: silentLog,
  });
  const ask = (role: Role, wish: CommandWish) =>
    commands.ask({ actor: { kind: "user", id: "u1", name: "ann" }, role }, wish);
  return { commands, ask, happenings, wire, clock };
}

/** Settles when the next command is in the journal and waits for somebody to take it. */
function waiting(commands: Commands): Promise<void> {
  return new Promise((resolve) => {
    commands.onChange(({ state }) => {
      if (state === "requested") setImmediate(resolve);
    });
  });
}

test("a command is in the journal before it is on the wire", async () => {
  const { ask, happenings } = await room();
  const outcome = await ask("operator", BLINK);
  assert.ok(outcome.ok);
  assert.deepEqual(happenings, ["ann command.requested", "on the wire", "ann command.sent"]);
});

test("a viaSens command ends at sent, and claims no more", async () => {
  const { ask, commands, clock } = await room();
  const outcome = await ask("operator", BLINK);
  assert.ok(outcome.ok);
  clock.advance(60_000);
  assert.equal((await commands.get(outcome.value.id))?.state, "sent");
});

test("a forbidden command is in the journal and never on the wire", async () => {
  const { ask, happenings } = await room();
  const outcome = await ask("viewer", BLINK);
  assert.equal(outcome.ok ? "sent" : outcome.problem.code, "command_forbidden");
  assert.deepEqual(happenings, ["ann command.refused"]);
});

test("a wrong parameter is refused with its place, an unknown name with its name", async () => {
  const { ask, wire } = await room();
  const wrong = await ask("operator", { ...BLINK, parameters: { ...BLINK.parameters, mode: 103 } });
  assert.ok(!wrong.ok && wrong.problem.code === "command_invalid");
  assert.match(wrong.problem.detail, /mode/);
  const unknown = await ask("operator", { ...BLINK, name: "explode" });
  assert.ok(!unknown.ok && unknown.problem.code === "command_unknown");
  const nobody = await ask("operator", { ...BLINK, deviceId: "d2" as DeviceId });
  assert.ok(!nobody.ok && nobody.problem.code === "device_unknown");
  assert.equal(wire.length, 0);
});

test("a link that is down makes a command fail, and nothing is kept to be sent later", async () => {
  const { ask, wire, clock } = await room(() => failure(problem("link_down", "no broker")));
  const outcome = await ask("operator", BLINK);
  assert.ok(outcome.ok);
  assert.equal(outcome.value.state, "failed");
  clock.advance(3_600_000);
  assert.equal(wire.length, 1);
});

test("a command that nobody is there to take expires, and is not sent to who comes later", async () => {
  let isHeard = false;
  const { ask, commands, happenings, wire, clock } = await room(undefined, () => isHeard);
  const waits = waiting(commands);
  const asked = ask("operator", BLINK);
  await waits;
  clock.advance(LIMIT.commandExpiresMs);
  const outcome = await asked;
  assert.ok(outcome.ok);
  assert.equal(outcome.value.state, "expired");
  isHeard = true;
  commands.look();
  assert.deepEqual(happenings, ["ann command.requested", "ann command.expired"]);
  assert.equal(wire.length, 0);
});

test("who comes in time gets what waits, once, and with the time when it is over", async () => {
  let isHeard = false;
  const { ask, commands, wire, clock } = await room(undefined, () => isHeard);
  const waits = waiting(commands);
  const asked = ask("operator", { ...BLINK, expiresInMs: 5_000 });
  await waits;
  commands.look();
  isHeard = true;
  clock.advance(4_000);
  commands.look();
  commands.look();
  const outcome = await asked;
  assert.ok(outcome.ok);
  assert.equal(outcome.value.state, "sent");
  assert.equal(wire.length, 1);
  assert.equal(wire[0]?.expiresAt, outcome.value.expiresAt);
});

test("settings do not wait: they are kept for whoever comes, for ever", async () => {
  const { ask, wire } = await room(undefined, () => false);
  const outcome = await ask("operator", { ...BLINK, name: "sensors-config", parameters: SETTINGS });
  assert.ok(outcome.ok, outcome.ok ? "" : outcome.problem.detail);
  assert.equal(outcome.value.state, "sent");
  assert.deepEqual([wire[0]?.retain, wire[0]?.expiresAt], [true, undefined]);
});

test("what waits when the server stops expires there", async () => {
  const { ask, commands, wire } = await room(undefined, () => false);
  const waits = waiting(commands);
  const asked = ask("operator", BLINK);
  await waits;
  commands.close();
  const outcome = await asked;
  assert.equal(outcome.ok && outcome.value.state, "expired");
  assert.equal(wire.length, 0);
});

test("a command left open by a stop is expired at the next start, never sent", async () => {
  const { ask } = await room();
  const outcome = await ask("operator", BLINK);
  assert.ok(outcome.ok);
  await store.commands.put({ ...outcome.value, state: "requested", settledAt: null });
  const { commands, wire } = await room();
  assert.equal((await commands.get(outcome.value.id))?.state, "expired");
  assert.equal(wire.length, 0);
});

test("configuration goes out retained, an animation never", async () => {
  const { commands } = await room();
  const blink = commands.preview(BLINK);
  assert.ok(blink.ok);
  assert.equal(blink.value.topic, "/sauter/viasens/12/5/control");
  assert.ok(!blink.value.retain);
  const type = drivers
    .find(({ id }) => id === "viasens")
    ?.catalogue.commandTypes.find(({ name }) => name === "sensors-config");
  assert.equal(type?.kind, "configure");
});

test("an answer that names no command is one to the only order without one, for a while", async () => {
  const { ask, commands, clock } = await room();
  // After all that the tests before have left in the store.
  clock.advance(30 * 24 * 3_600_000);
  const settings = { ...BLINK, name: "sensors-config", parameters: SETTINGS };
  const stateAfter = async (waitMs: number, done: boolean) => {
    const asked = await ask("operator", settings);
    assert.ok(asked.ok);
    clock.advance(waitMs);
    await commands.confirm(NODE.id, { done, answer: { state: "said" } });
    const row = await commands.get(asked.value.id);
    return [row?.state, row?.detail, row?.answer?.["state"]];
  };
  assert.deepEqual(await stateAfter(1_000, true), ["confirmed", "", "said"]);
  assert.deepEqual(await stateAfter(1_000, false), ["failed", "communication error", "said"]);
  assert.deepEqual(await stateAfter(LIMIT.answerLateMs + 1, true), ["sent", "", undefined]);
});
