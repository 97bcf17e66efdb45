import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, type TestContext, test } from "node:test";
import { WebSocket } from "ws";
import { ApiHouse } from "../../test/api-house.ts";
import type { Series } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import { decodeFrame, type LiveFrame, type LiveNotice } from "../domain/live-frame.ts";
import type { Point } from "../domain/model.ts";
import { SamplesBuilder } from "../domain/samples.ts";
import { TestClock } from "../lib/clock.ts";

const START = Date.UTC(2026, 0, 1);
const RATE_HZ = 20;
const INTERVAL_MS = 1000 / RATE_HZ;

let house: ApiHouse;
let points: readonly Point[];
const clock = new TestClock(START);
const viewers: Viewer[] = [];
before(async () => {
  house = await ApiHouse.open({}, clock);
  points = await house.manyPoints(LIMIT.pointsPerSubscription);
});
after(async () => {
  for (const viewer of viewers) viewer.socket.terminate();
  await house.close();
});

test("a viewer hears the server's clock first, and again every five seconds", async () => {
  const viewer = await look();
  assert.deepEqual(await viewer.notice("clock"), { op: "clock", now: clock.now() });
  clock.advance(5_000);
  assert.deepEqual(await viewer.notice("clock"), { op: "clock", now: clock.now() });
});

test("a snapshot comes first, then what is stored, each at its place in the list", async () => {
  const [a, b] = [pointAt(0), pointAt(1)];
  await house.keep(a.series, [[START, 1.5]]);
  const viewer = await look();
  viewer.say({ op: "subscribe", id: 7, points: ["unknown", b.id, a.id], rateHz: RATE_HZ });
  assert.deepEqual(await viewer.notice("subscribed"), {
    op: "subscribed",
    id: 7,
    unknown: ["unknown"],
  });
  assert.deepEqual(await viewer.rows(), { snapshot: true, id: 7, rows: [[2, START, 1.5]] });
  clock.advance(INTERVAL_MS);
  await house.keep(b.series, [[START + 10, -2]]);
  assert.deepEqual(await viewer.rows(), { snapshot: false, id: 7, rows: [[1, START + 10, -2]] });
});

test("what is not stored yet is shown to nobody", async () => {
  const point = pointAt(2);
  const viewer = await look();
  viewer.say({ op: "subscribe", id: 1, points: [point.id], rateHz: RATE_HZ });
  assert.deepEqual((await viewer.rows()).rows, []);
  const body = { samples: [{ at: START, value: 3 }] };
  await house.send("operator", `POST /points/${point.id}/samples`, body);
  clock.advance(INTERVAL_MS);
  const { rows } = await viewer.rows();
  const { json } = await house.send("viewer", `GET /points/${point.id}/latest`);
  assert.deepEqual(rows, [[0, Date.parse(json.at), json.value]]);
});

test("texts travel behind their frame", async () => {
  const point = pointAt(3);
  await house.keep(point.series, [[START, "open"]]);
  const viewer = await look();
  viewer.say({ op: "subscribe", id: 2, points: ["none", point.id], rateHz: RATE_HZ });
  assert.deepEqual((await viewer.rows()).rows, [[1, START, Number.NaN]]);
  assert.deepEqual(await viewer.notice("texts"), {
    op: "texts",
    id: 2,
    rows: [{ position: 1, at: START, text: "open" }],
  });
});

test("status words travel before their frame", async () => {
  const { series, id } = pointAt(3);
  const { statusSeries } = house.parts.ingest;
  await statusSeries.give([series]);
  await house.keep(series, [[START + 5, 1]]);
  await house.keep(statusSeries.of(series) as Series, [[START + 5, 3_080_192]]);
  const viewer = await look();
  viewer.say({ op: "subscribe", id: 2, points: ["none", id], rateHz: RATE_HZ });
  assert.deepEqual(await viewer.notice("words"), {
    op: "words",
    id: 2,
    rows: [{ position: 1, at: START + 5, word: 3_080_192 }],
  });
  assert.deepEqual((await viewer.rows()).rows, [[1, START + 5, 1]]);
});

test("a device in the inbox can be watched before anybody adopts it", async () => {
  await house.hear();
  const device = house.parts.ingest.devices()[0];
  const viewer = await look();
  const name = `device:${device?.id}/humid.humidity`;
  viewer.say({ op: "subscribe", id: 3, points: [name], rateHz: RATE_HZ });
  assert.deepEqual(await viewer.notice("subscribed"), { op: "subscribed", id: 3, unknown: [] });
  assert.equal((await viewer.rows()).rows[0]?.[2], 49);
});

test("a stalled viewer holds little, and is current with the next frame it reads", async (t) => {
  const viewer = await look();
  const ids = points.map(({ id }) => id);
  viewer.say({ op: "subscribe", id: 4, points: ids, rateHz: RATE_HZ });
  await viewer.rows();
  viewer.socket.pause();
  const frames = 400;
  for (let turn = 1; turn <= frames; turn += 1) {
    house.parts.live.stored(samplesOfAll(START + turn * 1_000, turn));
    clock.advance(INTERVAL_MS);
    await new Promise(setImmediate);
  }
  viewer.socket.resume();
  tick(t, INTERVAL_MS);
  const gap = await viewer.notice("gap");
  assert.ok(gap.to <= START + frames * 1_000);
  let last = await viewer.rows();
  while (last.rows[0]?.[2] !== frames) last = await viewer.rows();
  assert.equal(last.rows.length, points.length);
  assert.ok(last.rows.every(([, at, value]) => at === START + frames * 1_000 && value === frames));
  assert.ok(viewer.frames < frames / 2, `${viewer.frames} frames`);
});

test("a viewer who lets go gets no more of it", async () => {
  const [a, b] = [pointAt(5), pointAt(6)];
  const viewer = await look();
  viewer.say({ op: "subscribe", id: 1, points: [a.id], rateHz: RATE_HZ });
  await viewer.rows();
  viewer.say({ op: "subscribe", id: 2, points: [b.id], rateHz: RATE_HZ });
  await viewer.rows();
  viewer.say({ op: "unsubscribe", id: 1 });
  viewer.say({ op: "rate", id: 2, rateHz: 10 });
  viewer.say({ op: "unsubscribe", id: 99 });
  // Requests are obeyed in order: the answer to this one proves that the others are done.
  viewer.say({ op: "subscribe", id: 3, points: [], rateHz: 1 });
  await viewer.rows();
  clock.advance(1_000);
  house.parts.live.stored(samplesOfAll(START + 3_600_000, 7, [a, b]));
  const { id, rows } = await viewer.rows();
  assert.deepEqual([id, rows.length], [2, 1]);
});

test("a wrong request is told what is wrong, and the feed goes on", async () => {
  const viewer = await look();
  const subscribe = { op: "subscribe", id: 1, points: [], rateHz: 1 };
  const wrong: readonly [request: unknown, detail: RegExp][] = [
    ["no json", /op: must be one of/],
    [{}, /op: must be one of/],
    [{ op: "constructor" }, /op: must be one of/],
    [{ ...subscribe, id: 65_536 }, /\/id must be <= 65535/],
    [{ ...subscribe, id: undefined }, /required property 'id'/],
    [{ ...subscribe, rateHz: 1_000 }, /\/rateHz must be <= 60/],
    [{ ...subscribe, rateHz: 0 }, /\/rateHz must be >= 0.1/],
    [{ ...subscribe, points: "p" }, /\/points must be array/],
    [{ ...subscribe, points: Array(5_001).fill("p") }, /\/points must NOT have more than 5000/],
    [{ ...subscribe, more: 1 }, /must not have 'more'/],
  ];
  for (const [request, detail] of wrong) {
    viewer.say(request);
    const problem = await viewer.notice("problem");
    assert.equal(problem.code, "request_invalid");
    assert.match(problem.detail, detail);
  }
  viewer.say(subscribe);
  assert.deepEqual((await viewer.rows()).rows, []);
});

test("a socket has so many subscriptions and no more; the same id again is the same one", async () => {
  const viewer = await look();
  for (let id = 0; id < LIMIT.subscriptionsPerSocket; id += 1) {
    viewer.say({ op: "subscribe", id, points: [], rateHz: 1 });
    await viewer.notice("subscribed");
  }
  viewer.say({ op: "subscribe", id: 0, points: [], rateHz: 1 });
  await viewer.notice("subscribed");
  viewer.say({ op: "subscribe", id: LIMIT.subscriptionsPerSocket, points: [], rateHz: 1 });
  assert.equal((await viewer.notice("problem")).code, "query_too_large");
});

test("what happens is told: a device, a change of the model, a command", async () => {
  await house.hear();
  const viewer = await look();
  await viewer.notice("clock");
  const [device] = house.parts.ingest.devices();
  const body = { deviceId: device?.id, name: "led-ring", parameters: {} };
  await house.send("operator", "POST /commands", body);
  const refused = await viewer.notice("event");
  assert.equal(refused.kind, "command.refused");
  assert.match(refused.subject, /^command:/);
  const { json } = await house.send("engineer", "POST /assets", { name: "New", parentId: null });
  assert.deepEqual(await viewer.notice("event"), {
    op: "event",
    kind: "model.changed",
    subject: `asset:${json.id}`,
    detail: {},
  });
});

test("a feed ends when its viewer may no longer look", async () => {
  const made = await house.send("admin", "POST /tokens", { name: "brief", role: "viewer" });
  const viewer = await look({ authorization: `Bearer ${made.json.token}` });
  await viewer.notice("clock");
  const closed = once(viewer.socket, "close");
  await house.send("admin", `DELETE /tokens/${made.json.item.id}`);
  assert.equal((await closed)[0], 4401);
});

test("a feed ends when its viewer's token has run out", async () => {
  const expiresAt = clock.now() + 4_000;
  const wish = { name: "short", role: "viewer", expiresAt };
  const made = await house.send("admin", "POST /tokens", wish);
  const viewer = await look({ authorization: `Bearer ${made.json.token}` });
  await viewer.notice("clock");
  const closed = once(viewer.socket, "close");
  clock.advance(5_000);
  assert.equal((await closed)[0], 4401);
});

test("a viewer that answers no ping is let go", async (t) => {
  const viewer = await look(undefined, { autoPong: false });
  const since = clock.now();
  const closed = once(viewer.socket, "close");
  tick(t, 1_000);
  // 1006: without a closing handshake.
  assert.equal((await closed)[0], 1006);
  assert.ok(clock.now() - since > 30_000);
});

const closedDoors: readonly [
  who: string,
  headers: Record<string, string>,
  path: string,
  status: number,
][] = [
  ["nobody", {}, "/api/v1/live", 401],
  ["a wrong token", { authorization: "Bearer fl_wrong" }, "/api/v1/live", 401],
  ["a page of another site", { origin: "https://elsewhere.example" }, "/api/v1/live", 403],
  ["somebody at another address", {}, "/api/v1/other", 404],
  ["MQTT where it is not offered", {}, "/mqtt", 404],
];

for (const [who, headers, path, status] of closedDoors) {
  test(`${who} gets ${status} instead of a WebSocket, as a problem`, async (t) => {
    const socket = new WebSocket(`${house.url.replace("http", "ws")}${path}`, { headers });
    t.after(() => {
      socket.on("error", () => undefined);
      socket.terminate();
    });
    const [, response] = await once(socket, "unexpected-response");
    assert.equal(response.statusCode, status);
    assert.equal(response.headers["content-type"], "application/problem+json");
  });
}

test("asked without a WebSocket, the address says what it is", async () => {
  const { status, json } = await house.send("viewer", "GET /live");
  assert.equal(status, 400);
  assert.match(json.detail, /WebSocket/);
});

function pointAt(index: number): Point {
  const point = points[index];
  assert.ok(point);
  return point;
}

/** Time goes on until the test is over. */
function tick(t: TestContext, milliseconds: number): void {
  const ticking = setInterval(() => clock.advance(milliseconds), 1);
  t.after(() => clearInterval(ticking));
}

function samplesOfAll(at: number, value: number, list = points) {
  const samples = new SamplesBuilder(list.length);
  for (const { series } of list) samples.add(series, at, value, "good");
  return samples.take();
}

type Told = { snapshot: boolean; id: number; rows: number[][] };

/** One WebSocket, its notices by kind and its frames in order. */
class Viewer {
  readonly socket: WebSocket;
  frames = 0;
  readonly #notices: LiveNotice[] = [];
  readonly #frames: LiveFrame[] = [];
  #wake: () => void = () => undefined;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.on("message", (data, isBinary) => {
      if (isBinary) {
        const frame = decodeFrame(data as ArrayBuffer);
        assert.ok(frame);
        this.#frames.push(frame);
        this.frames += 1;
      } else this.#notices.push(JSON.parse(Buffer.from(data as ArrayBuffer).toString()));
      this.#wake();
    });
  }

  say(request: unknown): void {
    this.socket.send(JSON.stringify(request));
  }

  /** The next notice of this kind; those of other kinds stay. */
  async notice<Op extends LiveNotice["op"]>(op: Op): Promise<Extract<LiveNotice, { op: Op }>> {
    for (;;) {
      const index = this.#notices.findIndex((notice) => notice.op === op);
      const [notice] = index < 0 ? [] : this.#notices.splice(index, 1);
      if (notice) return notice as Extract<LiveNotice, { op: Op }>;
      await this.#more();
    }
  }

  async rows(): Promise<Told> {
    while (this.#frames.length === 0) await this.#more();
    const frame = this.#frames.shift();
    assert.ok(frame);
    const rows = Array.from(frame.position, (position, row) => [
      position,
      frame.t0 + (frame.after[row] ?? 0),
      frame.value[row] ?? 0,
    ]);
    return { snapshot: frame.snapshot, id: frame.subscription, rows };
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

async function look(headers?: Record<string, string>, options = {}): Promise<Viewer> {
  const credentials = headers ?? { authorization: `Bearer ${house.tokens.viewer}` };
  const url = `${house.url.replace("http", "ws")}/api/v1/live`;
  const viewer = new Viewer(new WebSocket(url, { ...options, headers: credentials }));
  viewers.push(viewer);
  await once(viewer.socket, "open");
  return viewer;
}
