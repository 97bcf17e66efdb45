import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { RawClient, until } from "../../test/mqtt-peer.ts";
import { ownProgram } from "../../test/own-program.ts";
import type { Durability } from "../domain/durability.ts";

const ROUNDS = 4;
const MESSAGES = 300;
const WINDOW = 50;

for (const durability of ["synced", "written"] as const) {
  test(`${durability}, killed in mid-flow: what was acknowledged reaches who was away`, (t) =>
    killedInMidFlow(t, durability));
}

/** QoS 2: each message once. */
async function killedInMidFlow(t: TestContext, durability: Durability): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "fieldline-crash-"));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  let server = await start(t, folder, durability);
  const away = await RawClient.enter(server.port, { clientId: "away", clean: false });
  await away.subscribe("plant/#", 2);
  await away.leave();
  const acknowledged: string[] = [];
  const sent: string[] = [];
  const unfinished = new Map<number, { text: string; isReceived: boolean }>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const publisher = await RawClient.enter(server.port, { clientId: "publisher", clean: false });
    const flow = newFlow(publisher, { acknowledged, sent, unfinished, round });
    await until(() => acknowledged.length >= (round + 1) * MESSAGES);
    flow.stop();
    server.child.kill("SIGKILL");
    await publisher.closed;
    server = await start(t, folder, durability);
  }
  const last = await RawClient.enter(server.port, { clientId: "publisher", clean: false });
  const flow = newFlow(last, { acknowledged, sent, unfinished, round: ROUNDS });
  flow.stop();
  await until(() => unfinished.size === 0);
  const got = await readAll(server.port, new Set(acknowledged).size);
  assert.deepEqual(got.toSorted(), acknowledged.toSorted());
  assert.deepEqual(got, [...new Set(got)]);
}

test("killed while it delivers: a reader gets every message at QoS 2 exactly once", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "fieldline-crash-"));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  let server = await start(t, folder);
  const got: string[] = [];
  const open = new Set<number>();
  let reader = await enterReader(server.port, got, open);
  await reader.subscribe("plant/#", 2);
  const acknowledged: string[] = [];
  const state = { acknowledged, sent: [], unfinished: new Map() };
  for (let round = 0; round < ROUNDS; round += 1) {
    const publisher = await RawClient.enter(server.port, { clientId: "publisher", clean: false });
    const flow = newFlow(publisher, { ...state, round });
    await until(() => got.length >= (round + 1) * MESSAGES);
    flow.stop();
    server.child.kill("SIGKILL");
    await Promise.all([publisher.closed, reader.closed]);
    server = await start(t, folder);
    reader = await enterReader(server.port, got, open);
  }
  const last = await RawClient.enter(server.port, { clientId: "publisher", clean: false });
  newFlow(last, { ...state, round: ROUNDS }).stop();
  await until(() => state.unfinished.size === 0 && got.length >= acknowledged.length);
  await until(() => open.size === 0);
  assert.deepEqual(got.toSorted(), acknowledged.toSorted());
});

/** A client that takes a QoS 2 message once, whatever its connection does: MQTT 5.0 section 4.3.3. */
async function enterReader(port: number, got: string[], open: Set<number>): Promise<RawClient> {
  const reader = await RawClient.open(port);
  reader.listen((packet) => {
    const messageId = packet.messageId ?? 0;
    if (packet.cmd === "publish") {
      if (!open.has(messageId)) got.push(String(packet.payload));
      open.add(messageId);
      reader.send({ cmd: "pubrec", messageId });
    } else if (packet.cmd === "pubrel") {
      open.delete(messageId);
      reader.send({ cmd: "pubcomp", messageId });
    }
  });
  reader.connect({ clientId: "reader", clean: false });
  await reader.expect("connack");
  return reader;
}

type Unfinished = Map<number, { text: string; isReceived: boolean }>;
type Flow = {
  readonly acknowledged: string[];
  readonly sent: string[];
  readonly unfinished: Unfinished;
  readonly round: number;
};

/** A publisher at QoS 2 that goes on with what the one before left unfinished. */
function newFlow(client: RawClient, { acknowledged, sent, unfinished, round }: Flow) {
  let isStopped = false;
  const publish = (messageId: number, text: string, dup: boolean) =>
    client.publish("plant/1", text, { qos: 2, messageId, dup });
  const fill = () => {
    for (let messageId = 1; messageId <= WINDOW && !isStopped; messageId += 1) {
      if (unfinished.has(messageId)) continue;
      const text = `${round}-${sent.length}`;
      sent.push(text);
      unfinished.set(messageId, { text, isReceived: false });
      publish(messageId, text, false);
    }
  };
  client.listen((packet) => {
    const messageId = packet.messageId ?? 0;
    const entry = unfinished.get(messageId);
    if (!entry) return;
    if (packet.cmd === "pubrec") {
      if (!entry.isReceived) acknowledged.push(entry.text);
      entry.isReceived = true;
      client.send({ cmd: "pubrel", messageId });
    } else if (packet.cmd === "pubcomp") {
      unfinished.delete(messageId);
      fill();
    }
  });
  for (const [messageId, { text, isReceived }] of unfinished) {
    if (isReceived) client.send({ cmd: "pubrel", messageId });
    else publish(messageId, text, true);
  }
  fill();
  return {
    stop: () => {
      isStopped = true;
    },
  };
}

/** Everything that waits for the client that was away, in order. */
async function readAll(port: number, count: number): Promise<readonly string[]> {
  const back = await RawClient.enter(port, { clientId: "away", clean: false });
  const got: string[] = [];
  while (got.length < count) {
    const packet = await back.next();
    const messageId = packet.messageId ?? 0;
    if (packet.cmd === "publish") {
      got.push(String(packet.payload));
      back.send({ cmd: "pubrec", messageId });
    } else if (packet.cmd === "pubrel") {
      back.send({ cmd: "pubcomp", messageId });
    }
  }
  return got;
}

async function start(
  t: TestContext,
  folder: string,
  durability: Durability = "synced",
): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const broker = ownProgram(import.meta.url, "../../test/broker-process");
  const child = spawn(process.execPath, [...broker, folder, durability], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const [line] = await once(createInterface(child.stdout), "line");
  return { child, port: Number(line) };
}
