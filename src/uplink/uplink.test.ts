import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentId, ChannelName, DeviceAddress, Series, Timestamp } from "../domain/brand.ts";
import { Findings } from "../domain/findings.ts";
import type { Message } from "../domain/message.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { SamplesBuilder } from "../domain/samples.ts";
import { NOTHING_KNOWN } from "../driver/driver.ts";
import { fieldline } from "../driver/fieldline/fieldline.ts";
import { openEmbeddedHistorian } from "../historian/embedded/embedded.ts";
import type { Historian } from "../historian/historian.ts";
import { batchOf, inFolder, ramp, row, START } from "../historian/tale.ts";
import { systemClock } from "../lib/clock.ts";
import { Gauges } from "../lib/gauge.ts";
import { silentLog } from "../lib/log.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { openUplink, type Source, type Uplink } from "./uplink.ts";

const DEVICE = "hall-3/viasens/12/5" as DeviceAddress;
const DOWN = problem("link_down", "the cable is cut");

test("what the history takes in goes up in order, with its channels before it", () =>
  inFolder(async (folder) => {
    const server = new Server();
    const { historian, uplink } = await open(folder, server);
    await historian.append(batchOf(ramp(12_000)));
    await historian.append(batchOf([row(1, 5, "late and corrected")]));
    await server.until(12_001);
    assert.deepEqual(server.said[0], "channels: humidity number %");
    assert.deepEqual(
      server.heard.map(([at]) => at),
      [...ramp(12_000).map(({ at }) => at), START + 5],
    );
    assert.equal(server.said.filter((text) => text.startsWith("channels")).length, 1);
    await uplink.close();
    await historian.close();
  }));

test("what is not acknowledged goes up again, before anything that came later", () =>
  inFolder(async (folder) => {
    const server = new Server();
    const { historian, uplink } = await open(folder, server);
    server.refuses = 3;
    await historian.append(batchOf(ramp(100)));
    await server.until(1, () => uplink.trouble !== undefined);
    const said = /is down: the cable is cut; about 100 samples wait here, the oldest of 2\d{3}-/;
    assert.match(uplink.trouble ?? "", said);
    await historian.append(batchOf(ramp(200).slice(100)));
    await server.until(200);
    const times = server.heard.map(([at]) => at);
    assert.deepEqual(
      times,
      ramp(200).map(({ at }) => at),
    );
    await server.until(200, () => uplink.trouble === undefined);
    await uplink.close();
    await historian.close();
  }));

test("after a restart it goes on behind what was taken, and tells the channels again", () =>
  inFolder(async (folder) => {
    const first = new Server();
    const before = await open(folder, first);
    await before.historian.append(batchOf(ramp(50)));
    await first.until(50);
    await before.uplink.close();
    await before.historian.append(batchOf(ramp(80).slice(50)));
    await before.historian.close();
    const second = new Server();
    const after = await open(folder, second);
    await second.until(30);
    assert.deepEqual(
      second.heard.map(([at]) => at),
      ramp(80)
        .slice(50)
        .map(({ at }) => at),
    );
    assert.equal(second.said[0], "channels: humidity number %");
    await after.uplink.close();
    await after.historian.close();
  }));

test("what waits is said in samples, bytes and age, and when something was acknowledged last", () =>
  inFolder(async (folder) => {
    const server = new Server();
    server.refuses = Number.POSITIVE_INFINITY;
    const { historian, uplink } = await open(folder, server);
    for (let from = 0; from < 40_000; from += 4_000) {
      await historian.append(batchOf(ramp(from + 4_000).slice(from)));
    }
    await server.until(0, () => uplink.state.waiting.samples > 39_000);
    await server.until(0, () => !uplink.state.isUp);
    const { reason, waiting, acknowledgedAt } = uplink.state;
    assert.deepEqual([reason, acknowledgedAt, waiting.oldestAt], ["the cable is cut", null, START]);
    assert.ok(Math.abs(waiting.samples - 40_000) < 1_000, `about ${waiting.samples}`);
    assert.ok(waiting.bytes > waiting.samples, `${waiting.bytes} bytes`);
    server.refuses = 0;
    await server.until(40_000);
    await server.until(0, () => uplink.state.waiting.samples === 0);
    assert.deepEqual(uplink.state.waiting, { samples: 0, bytes: 0, oldestAt: null });
    assert.ok(uplink.state.isUp && Number(uplink.state.acknowledgedAt) > START);
    await uplink.close();
    await historian.close();
  }));

test("a line that is cut is told while nothing comes, too, and that it is mended", () =>
  inFolder(async (folder) => {
    const server = new Server();
    const { historian, uplink } = await open(folder, server);
    assert.equal(uplink.trouble, undefined);
    server.trouble = DOWN;
    await server.until(0, () => !uplink.state.isUp);
    assert.match(uplink.trouble ?? "", /is down: the cable is cut; about 0 samples wait here$/);
    server.trouble = null;
    await server.until(0, () => uplink.state.isUp);
    await uplink.close();
    await historian.close();
  }));

test("until the first try to reach the server is over nothing is wrong, nor said to be up", () =>
  inFolder(async (folder) => {
    const server = new Server();
    let isOver = () => {};
    server.tried = new Promise((resolve) => {
      isOver = resolve;
    });
    server.trouble = DOWN;
    const { historian, uplink } = await open(folder, server);
    assert.equal(uplink.trouble, undefined);
    assert.equal(uplink.state.isUp, false);
    assert.match(uplink.state.reason ?? "", /first time since the start/);
    isOver();
    await server.until(0, () => uplink.trouble !== undefined);
    server.trouble = null;
    await server.until(0, () => uplink.state.isUp);
    await uplink.close();
    await historian.close();
  }));

test("samples that no device has sent stay where they are", () =>
  inFolder(async (folder) => {
    const server = new Server();
    const { historian, uplink } = await open(folder, server);
    await historian.append(batchOf([row(2, 0, "pushed by somebody"), row(1, 1, 49)]));
    await server.until(1);
    assert.deepEqual(server.heard, [[START + 1, 49]]);
    await uplink.close();
    await historian.close();
  }));

test("a status word goes up with the value that it was said of", () =>
  inFolder(async (folder) => {
    const server = new Server();
    const { historian, uplink } = await open(folder, server);
    const values = [row(1, 0, 1), row(1, 1, 2), row(1, 2, 3)];
    await historian.append(batchOf([...values, row(101, 1, 3_080_192), row(101, 2, 0)]));
    await server.until(3);
    assert.deepEqual(server.heard, [
      [START, 1],
      [START + 1, 2, 3_080_192],
      [START + 2, 3],
    ]);
    await uplink.close();
    await historian.close();
  }));

test("what a device told afterwards goes up as such", () =>
  inFolder(async (folder) => {
    const server = new Server();
    const { historian, uplink } = await open(folder, server);
    const told = new SamplesBuilder();
    told.past(START + 5);
    told.put(1 as Series, 7, "good");
    told.past(START + 1);
    told.put(1 as Series, 6, "bad");
    told.put(101 as Series, 2_150_891_520, "good");
    await historian.append(batchOf([row(1, 0, 1)]));
    await historian.append(told.take());
    await server.until(3);
    assert.deepEqual(server.heard, [
      [START, 1],
      [START + 5, 7],
      [START + 1, 6, 2_150_891_520],
    ]);
    assert.deepEqual(server.past, [START + 5, START + 1]);
    await uplink.close();
    await historian.close();
  }));

/** What stands above: it reads what comes as a house does. */
class Server {
  /** So many messages are not taken. */
  refuses = 0;
  /** Why it cannot be reached. */
  trouble: Problem | null = null;
  /** Until it is known whether it can be reached. */
  tried = Promise.resolve();
  readonly heard: (readonly [at: number, value: unknown, word?: number])[] = [];
  readonly said: string[] = [];
  /** Times of what the device told afterwards. */
  readonly past: number[] = [];

  readonly send = async ({ topic, payload }: Message): Promise<Outcome<void, Problem>> => {
    if (this.refuses > 0) {
      this.refuses -= 1;
      return failure(DOWN);
    }
    const findings = new Findings();
    const agent = "agent-1" as AgentId;
    const message = { topic, payload, agent, receivedAt: 0 as Timestamp, retain: false };
    assert.ok(fieldline.decode(message, findings, NOTHING_KNOWN).ok);
    for (const finding of findings.others) {
      assert.ok(finding.kind === "channels");
      const channels = finding.channels.map((one) => `${one.channel} ${one.dataType} ${one.unit}`);
      this.said.push(`channels: ${channels}`);
    }
    for (const { at, value, word, isPast } of findings.readings) {
      if (isPast) this.past.push(at);
      this.heard.push(word === 0 ? [at, value] : [at, value, word]);
    }
    return success(undefined);
  };

  async until(count: number, isSo = () => this.heard.length >= count): Promise<void> {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

type Opened = { readonly historian: Historian; readonly uplink: Uplink };

async function open(folder: string, server: Server): Promise<Opened> {
  const opened = await openEmbeddedHistorian({ folder }, { log: silentLog });
  assert.ok(opened.ok && opened.value.outbox);
  const source: Source = {
    device: DEVICE,
    channel: "humidity" as ChannelName,
    dataType: "number",
    unit: "%",
  };
  const uplink = await openUplink({
    outbox: opened.value.outbox,
    send: server.send,
    tried: () => server.tried,
    reachTrouble: () => server.trouble,
    newest: () => opened.value.latest(Uint32Array.of(1, 101)),
    sourceOf: (series) => (series === 1 ? source : undefined),
    valuesOf: (series) => (series === 101 ? 1 : undefined),
    twin: fieldline.twin,
    clock: systemClock,
    chance: () => 0,
    gauges: new Gauges(),
    log: silentLog,
  });
  return { historian: opened.value, uplink };
}
