import assert from "node:assert/strict";
import type { AgentId, ChannelName, DeviceAddress, Timestamp } from "../src/domain/brand.ts";
import { Findings, type Reading } from "../src/domain/findings.ts";
import type { Message } from "../src/domain/message.ts";
import { type Problem, problem } from "../src/domain/problem.ts";
import type { Value } from "../src/domain/reading.ts";
import { NOTHING_KNOWN } from "../src/driver/driver.ts";
import { fieldline } from "../src/driver/fieldline/fieldline.ts";
import { openEmbeddedHistorian } from "../src/historian/embedded/embedded.ts";
import type { Row } from "../src/historian/expected.ts";
import type { Historian } from "../src/historian/historian.ts";
import { batchOf, row, START } from "../src/historian/tale.ts";
import { chances } from "../src/lib/chance.ts";
import type { Clock } from "../src/lib/clock.ts";
import { Gauges } from "../src/lib/gauge.ts";
import { silentLog } from "../src/lib/log.ts";
import { failure, type Outcome, success } from "../src/lib/outcome.ts";
import { openUplink, type Source, type Uplink } from "../src/uplink/uplink.ts";

/*
 * What tests of the lanes are told with: a history below, and a server above that is cut off, loses
 * acknowledgements and outlives those who send to it.
 */

export const DOWN = problem("link_down", "the cable is cut");
const SERIES = [1, 2, 3, 4, 5];
const BATCH_SAMPLES = 40;

/** What is appended comes late, twice and corrected; all of it is above in the end. */
export async function trace(folder: string, seed: number): Promise<void> {
  const random = chances(seed);
  const below = new Map<string, Value | null>();
  const server = new Above();
  let historian = await opened(folder);
  let uplink = await started(historian, server);
  for (let step = 0; step < 60; step += 1) {
    const rows = someRows(random, step);
    await historian.append(batchOf(rows));
    for (const { series, at, value } of rows) below.set(`${series} ${at}`, value);
    server.trouble = random() < 0.3 ? DOWN : null;
    server.losesEach = random() < 0.3 ? 3 : 0;
    if (random() < 0.4) await new Promise((resolve) => setTimeout(resolve, random() * 20));
    if (random() > 0.08) continue;
    server.generation += Math.round(random());
    await uplink.close();
    await historian.close();
    historian = await opened(folder);
    uplink = await started(historian, server);
  }
  server.trouble = null;
  server.losesEach = 0;
  await until(() => uplink.state.isUp && uplink.state.waiting.samples === 0 && server.isQuiet);
  await until(() => server.stored.size === below.size);
  assert.deepEqual(sorted(server.stored), sorted(below));
  await uplink.close();
  await historian.close();
}

function someRows(random: () => number, step: number): Row[] {
  return Array.from({ length: 1 + Math.floor(random() * 60) }, (_, index) => {
    const series = SERIES[Math.floor(random() * SERIES.length)] ?? 1;
    const back = random() < 0.1 ? Math.floor(random() * 3_000) : 0;
    return row(series, Math.max(0, step * 100 + index - back), step * 1_000 + index);
  });
}

function sorted(map: ReadonlyMap<string, Value | null>) {
  return [...map].toSorted(([one], [other]) => (one < other ? -1 : 1));
}

export async function append(historian: Historian, from: number, to: number): Promise<void> {
  const rows = Array.from({ length: to - from }, (_, index) => row(1, from + index, from + index));
  await historian.append(batchOf(rows));
}

/** A server: it stores as a house does, by series and time, the later arrival over the earlier. */
export class Above {
  trouble: Problem | null = null;
  /** One in so many is stored, and its acknowledgement is lost; 0 for none. */
  losesEach = 0;
  pause: () => Promise<void> = async () => {};
  /** Whoever belongs to another one is dead: nobody hears it, and it writes nothing. */
  generation = 0;
  readonly heard: Reading[] = [];
  readonly stored = new Map<string, Value | null>();
  #messages = 0;
  #onWay = 0;

  get isQuiet(): boolean {
    return this.#onWay === 0;
  }

  has(series: number, at: number): boolean {
    return this.stored.has(`${series} ${START + at}`);
  }

  valueOf(series: number, at: number): Value | null | undefined {
    return this.stored.get(`${series} ${START + at}`);
  }

  line(): (message: Message) => Promise<Outcome<void, Problem>> {
    const { generation } = this;
    return async (message) => {
      if (this.trouble || generation !== this.generation) return failure(DOWN);
      this.#onWay += 1;
      await this.pause();
      this.#store(message);
      this.#onWay -= 1;
      this.#messages += 1;
      const isLost = this.losesEach > 0 && this.#messages % this.losesEach === 0;
      return isLost ? failure(DOWN) : success(undefined);
    };
  }

  #store({ topic, payload }: Message): void {
    const findings = new Findings();
    const agent = "agent-1" as AgentId;
    const message = { topic, payload, agent, receivedAt: 0 as Timestamp, retain: false };
    assert.ok(fieldline.decode(message, findings, NOTHING_KNOWN).ok);
    for (const reading of findings.readings) {
      const { channel, at, value } = reading;
      this.heard.push(reading);
      this.stored.set(`${channel} ${at}`, value);
    }
  }
}

export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
}

export async function opened(folder: string): Promise<Historian> {
  const historian = await openEmbeddedHistorian(
    { folder, profile: "gateway", commitEveryMs: 0 },
    { log: silentLog },
  );
  assert.ok(historian.ok);
  return historian.value;
}

export async function started(historian: Historian, server: Above): Promise<Uplink> {
  const { outbox } = historian;
  assert.ok(outbox);
  const { generation } = server;
  return openUplink({
    outbox: {
      ...outbox,
      take: async (...taken) => {
        if (generation === server.generation) await outbox.take(...taken);
      },
    },
    send: server.line(),
    tried: async () => {},
    reachTrouble: () => server.trouble,
    newest: () => historian.latest(Uint32Array.from(SERIES)),
    sourceOf: (series): Source => ({
      device: `hall-3/${series % 2}` as DeviceAddress,
      channel: String(series) as ChannelName,
      dataType: "number",
    }),
    valuesOf: () => undefined,
    twin: fieldline.twin,
    clock: HASTY,
    chance: () => 0,
    batchSamples: BATCH_SAMPLES,
    gauges: new Gauges(),
    log: silentLog,
  });
}

/** A hundred of its milliseconds are one of ours. */
const HASTY: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now() * 100,
  after(delayMs, call) {
    const timer = setTimeout(call, delayMs / 100);
    return { cancel: () => clearTimeout(timer) };
  },
};
