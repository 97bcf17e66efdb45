import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { AgentId, DeviceAddress, Timestamp } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Message, ReceivedMessage } from "../domain/message.ts";
import { qualityOf } from "../domain/reading.ts";
import { valueAt } from "../domain/samples.ts";
import { drivers } from "../driver/registry.ts";
import { openEmbeddedHistorian } from "../historian/embedded/embedded.ts";
import { TestClock } from "../lib/clock.ts";
import { Gauges } from "../lib/gauge.ts";
import { silentLog as log } from "../lib/log.ts";
import { openSqliteStore } from "../store/sqlite/sqlite.ts";
import { openIngest } from "./ingest.ts";

const NOW = Date.UTC(2026, 10, 22, 12) as Timestamp;
const PUMP = "plant/edge/pump" as DeviceAddress;
const REBIRTH = "spBv1.0/plant/NCMD/edge";

test("data by alias is understood, also after a restart", async (context) => {
  const house = await open(context);
  const edge = device();
  await house.hear(edge.says(["speed", 1], ["on", true]));
  await house.hear(edge.says(["speed", -2]));
  assert.deepEqual(await house.latest(), { speed: [-2, "good"], on: [true, "good"] });
  await house.restart();
  await house.hear(edge.says(["speed", -3]));
  assert.deepEqual(await house.latest(), { speed: [-3, "good"], on: [true, "good"] });
  assert.deepEqual(await house.rejected(), []);
});

test("data whose birth the house did not hear is kept, and a rebirth is asked once", async (context) => {
  const house = await open(context);
  const edge = device();
  await house.hear(edge.says(["speed", 1]));
  await house.restart();
  await house.hear(edge.says(["speed", 2]));
  await house.hear(edge.says(["speed", 3]));
  assert.deepEqual(house.sent, [REBIRTH]);
});

test("a device that left before a restart has left after it, until it speaks", async (context) => {
  const house = await open(context);
  const edge = device();
  await house.hear(edge.says(["speed", 1]));
  await house.hear([deathOf(0)]);
  await house.restart();
  assert.deepEqual(house.gone().toSorted(), ["plant/edge", PUMP]);
  assert.equal(house.lastSeenAt(), NOW);
  await house.hear(edge.says(["on", true]));
  assert.deepEqual(house.gone(), []);
  await house.restart();
  assert.deepEqual(house.gone(), []);
});

test("birth and data in one batch are understood", async (context) => {
  const house = await open(context);
  const edge = device();
  await house.hear([...edge.says(["speed", 1]), ...edge.says(["speed", -2])]);
  assert.deepEqual(await house.latest(), { speed: [-2, "good"] });
});

test("an alias that no birth has named is kept as rejected, and a rebirth is asked", async (context) => {
  const house = await open(context);
  const edge = device();
  edge.says(["speed", 1]); // nobody heard it
  await house.hear(edge.says(["speed", 2]));
  assert.deepEqual(await house.rejected(), ["channel_unknown"]);
  assert.deepEqual(house.sent, [REBIRTH]);
});

test("a message counts for the device that has values in it, not for its edge node", async (context) => {
  const house = await open(context);
  const node = drivers.find(({ id }) => id === "sparkplug")?.twin("plant/edge" as DeviceAddress);
  const own = { channel: "uptime", at: NOW, value: 1, quality: "good" } as const;
  await house.hear(node?.emit([own]) ?? []);
  const edge = device();
  await house.hear(edge.says(["speed", 1]));
  await house.hear(edge.says(["speed", 2]));
  assert.deepEqual(house.messages(), { "plant/edge": 2, [PUMP]: 2 });
});

test("a missing message is told, and a rebirth is asked; what came is kept", async (context) => {
  const house = await open(context);
  const edge = device();
  await house.hear(edge.says(["speed", 1]));
  edge.says(["speed", 2]); // lost
  await house.hear(edge.says(["speed", 3]));
  await house.hear(edge.says(["speed", 4]));
  assert.deepEqual(await house.latest(), { speed: [4, "good"] });
  assert.deepEqual(await house.rejected(), ["sequence_broken"]);
  assert.deepEqual(house.sent, [REBIRTH]);
});

test("a message that was only overtaken is not missed", async (context) => {
  const house = await open(context, { isPatient: true });
  const edge = device();
  await house.hear(edge.says(["speed", 1]));
  const overtaken = edge.says(["speed", 2]);
  await house.hear(edge.says(["speed", 3]));
  await house.hear(overtaken);
  await house.passes(LIMIT.overtakenMs);
  assert.deepEqual(await house.latest(), { speed: [3, "good"] });
  assert.deepEqual([house.sent, await house.rejected()], [[], []]);
});

test("a message that does not come within its time is missed once", async (context) => {
  const house = await open(context, { isPatient: true });
  const edge = device();
  await house.hear(edge.says(["speed", 1]));
  edge.says(["speed", 2]); // lost
  await house.hear(edge.says(["speed", 3]));
  edge.says(["speed", 4]); // lost
  await house.hear(edge.says(["speed", 5]));
  assert.deepEqual(await house.rejected(), []);
  await house.passes(LIMIT.overtakenMs);
  assert.deepEqual([house.sent, await house.rejected()], [[REBIRTH], ["sequence_broken"]]);
});

test("of a row of 256 numbers the first comes after the last", async (context) => {
  const house = await open(context);
  const edge = device();
  for (let word = 0; word < 300; word += 1) await house.hear(edge.says(["speed", word]));
  assert.deepEqual([house.sent, await house.rejected()], [[], []]);
});

test("a node that does not answer is asked for a birth every ten seconds", async (context) => {
  const house = await open(context);
  const edge = device();
  edge.says(["speed", 1]); // nobody heard it
  for (let word = 0; word < 20; word += 1) await house.hear(edge.says(["speed", word]));
  assert.deepEqual(house.sent, [REBIRTH]);
  await house.passes(LIMIT.rebirthMs);
  await house.hear(edge.says(["speed", 21]));
  assert.deepEqual(house.sent, [REBIRTH, REBIRTH]);
});

test("when a node dies, the values of its devices are bad at once", async (context) => {
  const house = await open(context);
  const edge = device();
  await house.hear(edge.says(["speed", 1]));
  await house.hear([deathOf(0)]);
  assert.deepEqual(await house.latest(), { speed: [1, "bad"] });
  assert.deepEqual(house.gone(), [PUMP, "plant/edge"]);
  await house.hear(edge.says(["on", true]));
  assert.deepEqual(house.gone(), []);
});

test("the late will of an older session changes nothing", async (context) => {
  const house = await open(context);
  const edge = device();
  await house.hear(edge.says(["speed", 1]));
  await house.hear(edge.says(["speed", 2], ["on", true])); // born again: session 1
  await house.hear([deathOf(0)]);
  assert.deepEqual(await house.latest(), { speed: [2, "good"], on: [true, "good"] });
});

test("an end that is late is told", async (context) => {
  const house = await open(context);
  const edge = device();
  await house.hear(edge.says(["speed", 1]));
  await house.hear(edge.says(["speed", 2], ["on", true])); // born again: session 1
  await house.hear([deathOf(0)]);
  assert.deepEqual(await house.rejected(), ["session_over"]);
});

test("a device whose clock is behind ours is good again as soon as it is back", async (context) => {
  const house = await open(context);
  const edge = device(-3_600_000);
  await house.hear(edge.says(["speed", 1]));
  await house.hear([deathOf(0)]);
  assert.deepEqual(await house.latest(), { speed: [1, "bad"] });
  await house.hear(edge.says(["speed", 2], ["on", true]));
  assert.deepEqual(await house.latest(), { speed: [2, "good"], on: [true, "good"] });
});

test("a birth makes a value good again that has not changed for long", async (context) => {
  const house = await open(context);
  const edge = device();
  await house.hear(edge.says(["speed", 1]));
  await house.hear([deathOf(0)]);
  await house.passes(60_000);
  edge.passes(120_000);
  await house.hear(edge.says(["on", true])); // the birth has the speed with its time of then
  assert.deepEqual(await house.latest(), { speed: [1, "good"], on: [true, "good"] });
});

test("where a session begins and none has ended, who is not born again is not there", async (context) => {
  const house = await open(context);
  await house.hear(device().says(["speed", 1]));
  const node = driverOf("sparkplug").twin("plant/edge" as DeviceAddress);
  const own = { channel: "uptime", at: NOW, value: 1, quality: "good" } as const;
  node.emit([own]); // session 0, as the pump's
  await house.hear(node.emit([{ ...own, channel: "load" }]));
  assert.deepEqual(await house.latest(), { speed: [1, "bad"] });
  assert.deepEqual(house.gone(), [PUMP]);
});

test("a node that dies and is born again within a batch is there", async (context) => {
  const house = await open(context);
  const edge = device();
  await house.hear(edge.says(["speed", 1]));
  await house.hear([deathOf(0), ...edge.says(["speed", 2], ["on", true])]);
  assert.deepEqual(await house.latest(), { speed: [2, "good"], on: [true, "good"] });
});

test("what a device tells afterwards is history, and its latest value stays", async (context) => {
  const house = await open(context);
  const edge = device();
  await house.hear(edge.says(["speed", 2]));
  await house.hear([...edge.tells(-5_000, ["speed", 1]), ...edge.tells(5_000, ["speed", 4])]);
  await house.hear(edge.tells(5_000, ["speed", 4]));
  assert.deepEqual(await house.latest(), { speed: [2, "good"] });
  assert.deepEqual(await house.history(), [1, 2, 4]);
  await house.restart();
  assert.deepEqual(await house.latest(), { speed: [2, "good"] });
  await house.hear(edge.says(["speed", 3]));
  assert.deepEqual(await house.latest(), { speed: [3, "good"] });
  assert.deepEqual(await house.history(), [1, 2, 3, 4]);
});

test("what a device tells afterwards is no sign of life", async (context) => {
  const house = await open(context);
  const edge = device();
  await house.hear(edge.says(["speed", 1]));
  await house.hear([deathOf(0)]);
  await house.passes(60_000);
  for (const restart of [async () => {}, house.restart]) {
    await restart();
    await house.hear(edge.tells(120_000, ["speed", 2]));
    assert.deepEqual(house.gone().toSorted(), ["plant/edge", PUMP]);
    assert.deepEqual(await house.latest(), { speed: [1, "bad"] });
    assert.equal(house.lastSeenAt(), NOW);
  }
  assert.equal(house.messages()[PUMP], 1, "it is counted all the same");
  edge.passes(59_000);
  await house.hear(edge.says(["speed", 3], ["on", true]));
  assert.deepEqual(house.gone(), []);
  assert.equal(house.lastSeenAt(), NOW + 60_000);
  assert.deepEqual(await house.latest(), { speed: [3, "good"], on: [true, "good"] });
});

test("what is so now and is told again afterwards is so still", async (context) => {
  const house = await open(context);
  const edge = device();
  await house.hear(edge.says(["speed", 1]));
  await house.hear(edge.says(["speed", 2]));
  await house.hear(edge.tells(0, ["speed", 7]));
  for (const restart of [house.restart, house.restart]) {
    await restart();
    await house.hear(edge.tells(0, ["speed", 8]));
    assert.deepEqual(await house.latest(), { speed: [2, "good"] });
  }
  await house.hear([deathOf(0)]);
  const end = await house.newestAt();
  await house.hear(edge.tells(end - edge.now(), ["speed", 9]));
  await house.restart();
  await house.hear(edge.tells(end - edge.now(), ["speed", 9]));
  assert.deepEqual(await house.latest(), { speed: [2, "bad"] });
  assert.deepEqual(await house.history(), [1, 2, 2]);
});

test("who is known by its history alone was never heard", async (context) => {
  const house = await open(context);
  // `{ metrics: [{ name: "speed", timestamp: 5, is_historical: true, value: 2 }] }`
  const payload = Buffer.from("12140a05737065656418052801690000000000000040", "hex");
  await house.hear([{ topic: "spBv1.0/plant/DDATA/edge/pump", payload }]);
  assert.deepEqual(await house.history(), [2]);
  assert.deepEqual([house.messages()[PUMP], house.lastSeenAt()], [1, null]);
  await house.restart();
  assert.equal(house.lastSeenAt(), null);
});

/** A pump behind a node; its clock goes a second with each word. */
function device(aheadMs = 0) {
  const twin = driverOf("sparkplug").twin(PUMP);
  let at = NOW + aheadMs - 60_000;
  return {
    now: () => at,
    passes(ms: number) {
      at += ms;
    },
    /** What it kept of a moment that lies so far from what it says now. */
    tells(afterMs: number, ...values: [string, number][]): readonly Message[] {
      const row = { at: (at + afterMs) as Timestamp, quality: "good" as const, isPast: true };
      return twin.emit(values.map(([channel, value]) => ({ ...row, channel, value })));
    },
    says(...values: [string, number | boolean][]): readonly Message[] {
      at += 1_000;
      const row = { at: at as Timestamp, quality: "good" as const };
      return twin.emit(values.map(([channel, value]) => ({ ...row, channel, value })));
    },
  };
}

/** `{ metrics: [{ name: "bdSeq", datatype: Int64, value: session }] }` */
function deathOf(session: number): Message {
  const payload = Buffer.from(`120b0a0562645365712004580${session}`, "hex");
  return { topic: "spBv1.0/plant/NDEATH/edge", payload };
}

function driverOf(id: string) {
  const driver = drivers.find((other) => other.id === id);
  assert.ok(driver);
  return driver;
}

type Context = { readonly after: (close: () => Promise<void>) => void };

/** A patient house gives what was overtaken its time. */
async function open(context: Context, { isPatient = false } = {}) {
  const clock = new TestClock(NOW);
  const folder = mkdtempSync(join(tmpdir(), "fieldline-births-"));
  const historian = await openEmbeddedHistorian({ folder: join(folder, "history") }, { log });
  const store = await openSqliteStore({ file: join(folder, "fieldline.db") }, { log });
  assert.ok(historian.ok && store.ok);
  context.after(async () => {
    await historian.value.close();
    await store.value.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const sent: string[] = [];
  const parts = {
    ...{ drivers, store: store.value, historian: historian.value, gauges: new Gauges(), log },
    onStored: () => {},
    onChanged: () => {},
    send: async ({ topic }: Message) => sent.push(topic),
    onConfirmed: () => {},
    record: async () => {},
    isDemo: () => false,
    now: () => clock.now(),
    ...(isPatient && { wait: (ms: number, call: () => void) => clock.after(ms, call) }),
  };
  let ingest = await openIngest(parts);
  const hear = (messages: readonly Message[]) =>
    ingest.receive(messages.map((message) => received(message, clock.now())));
  const channelsOf = () => {
    const pump = ingest.devices().find(({ address }) => address === PUMP);
    return (pump && ingest.device(pump.id)?.channels) ?? [];
  };
  return {
    sent,
    hear,
    /** What falls due is done before what is heard next. */
    passes: async (ms: number) => {
      clock.advance(ms);
      await ingest.handIn(received({ topic: "tc/nobody", payload: new Uint8Array() }));
    },
    lastSeenAt: () => {
      const pump = ingest.devices().find(({ address }) => address === PUMP);
      return pump && ingest.diagnostics(pump.id).lastSeenAt;
    },
    restart: async () => {
      ingest = await openIngest(parts);
    },
    rejected: async () => {
      const codes = (await store.value.rejected.find()).map(({ code }) => code);
      return codes.filter((code) => code !== "topic_unknown");
    },
    gone: () =>
      ingest
        .devices()
        .flatMap(({ id, address }) => (ingest.diagnostics(id).hasLeft ? address : [])),
    messages: () =>
      Object.fromEntries(
        ingest
          .devices()
          .map(({ id, address }) => [address, ingest.diagnostics(id).messages] as const),
      ),
    newestAt: async () => {
      const series = Uint32Array.of(channelsOf()[0]?.series ?? 0);
      return (await historian.value.latest(series)).at[0] ?? 0;
    },
    /** All values of its first channel, in order of time. */
    history: async () => {
      const everything = { from: 0, to: Number.MAX_SAFE_INTEGER, limit: 100 };
      const series = channelsOf()[0]?.series ?? 0;
      return Array.from((await historian.value.range({ series, ...everything })).value);
    },
    latest: async () => {
      const channels = channelsOf();
      const series = Uint32Array.from(channels, (channel) => channel.series);
      const samples = await historian.value.latest(series);
      const rows = channels.map(({ name, series: wanted }) => {
        const row = samples.series.indexOf(wanted);
        return [name, [valueAt(samples, row), qualityOf(samples.quality[row] ?? 2)]];
      });
      return Object.fromEntries(rows);
    },
  };
}

function received(message: Message, now: number = NOW): ReceivedMessage {
  const receivedAt = now as Timestamp;
  return { ...message, agent: "edge" as AgentId, receivedAt, retain: false };
}
