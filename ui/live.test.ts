import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { WebSocket as Client, type WebSocket as ServerSocket, WebSocketServer } from "ws";
import { encodeFrame, type LiveNotice, type LiveRequest } from "../src/domain/live-frame.ts";
import { LiveFeed } from "./live.ts";

/** Time that passes when the test says so. */
class HandTime {
  now = 1_000_000;
  #waiting: { readonly at: number; readonly run: () => void }[] = [];

  later = (ms: number, run: () => void) => {
    const entry = { at: this.now + ms, run };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== entry);
    };
  };

  pass(ms: number): void {
    this.now += ms;
    const due = this.#waiting.filter(({ at }) => at <= this.now);
    this.#waiting = this.#waiting.filter(({ at }) => at > this.now);
    for (const { run } of due) run();
  }

  /** How long until the next thing happens. */
  get pause(): number {
    return Math.min(...this.#waiting.map(({ at }) => at)) - this.now;
  }
}

type House = {
  readonly feed: LiveFeed;
  readonly time: HandTime;
  /** The first connection, once it is open on both sides. */
  readonly started: () => Promise<Peer>;
  /** The next one, that the feed makes by itself. */
  readonly connected: () => Promise<Peer>;
  /** Ends the server. */
  readonly shut: () => void;
};

/** The server's end of a connection: what came is kept until it is asked for. */
class Peer {
  readonly socket: ServerSocket;
  #came: LiveRequest[] = [];
  #heard = () => {};

  constructor(socket: ServerSocket) {
    this.socket = socket;
    socket.on("message", (data: Buffer) => {
      this.#came.push(JSON.parse(data.toString()) as LiveRequest);
      this.#heard();
    });
  }

  async requests(count: number): Promise<LiveRequest[]> {
    while (this.#came.length < count) {
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
    return this.#came.splice(0, count);
  }

  say(notice: LiveNotice): void {
    this.socket.send(JSON.stringify(notice));
  }
}

/** A feed against a real socket on this machine. */
async function withHouse(use: (house: House) => Promise<void>): Promise<void> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const time = new HandTime();
  const feed = new LiveFeed({
    open: () => {
      const socket = new Client(`ws://127.0.0.1:${port}`);
      // A browser's socket only closes; this one would throw where nobody listens.
      socket.on("error", () => socket.terminate());
      return socket as unknown as WebSocket;
    },
    now: () => time.now,
    later: time.later,
    random: () => 1,
  });
  const connected = async () => {
    const live = becomes(feed, "live");
    const came = new Promise<Peer>((resolve) => {
      server.once("connection", (socket) => resolve(new Peer(socket)));
    });
    await live;
    return came;
  };
  const started = () => {
    const peer = connected();
    feed.start();
    return peer;
  };
  const shut = () => {
    for (const client of server.clients) client.terminate();
    server.close();
  };
  try {
    await use({ feed, time, started, connected, shut });
  } finally {
    feed.stop();
    shut();
  }
}

function becomes(feed: LiveFeed, state: LiveFeed["state"]): Promise<void> {
  return new Promise((resolve) => {
    const stop = feed.onChange(() => {
      if (feed.state !== state) return;
      stop();
      resolve();
    });
  });
}

test("points that come in one breath make one subscription", () =>
  withHouse(async ({ feed, time, started }) => {
    const peer = await started();
    feed.values.listen("a", () => {});
    feed.values.listen("b", () => {});
    const asked = peer.requests(1);
    time.pass(50);
    assert.deepEqual(await asked, [{ op: "subscribe", id: 1, points: ["a", "b"], rateHz: 60 }]);
  }));

test("a changed list is asked for before the old one is let go", () =>
  withHouse(async ({ feed, time, started }) => {
    const peer = await started();
    feed.values.listen("a", () => {});
    const first = peer.requests(1);
    time.pass(50);
    await first;
    feed.values.listen("b", () => {});
    const second = peer.requests(2);
    time.pass(50);
    assert.deepEqual(
      (await second).map(({ op, id }) => [op, id]),
      [
        ["subscribe", 2],
        ["unsubscribe", 1],
      ],
    );
  }));

test("a value that the server sends reaches the screen", () =>
  withHouse(async ({ feed, time, started }) => {
    const peer = await started();
    const heard = new Promise((resolve) => feed.values.listen("a", resolve));
    const asked = peer.requests(1);
    time.pass(50);
    await asked;
    peer.socket.send(
      encodeFrame({
        snapshot: true,
        subscription: 1,
        count: 1,
        t0: 500,
        value: Float64Array.of(21.5),
        after: Float64Array.of(0),
        position: Uint32Array.of(0),
        quality: Uint8Array.of(0),
        kind: Uint8Array.of(0),
      }),
    );
    assert.deepEqual(await heard, { at: 500, value: 21.5, quality: "good" });
  }));

test("ages are counted by the server's clock, however wrong this machine's is", () =>
  withHouse(async ({ feed, time, started }) => {
    const peer = await started();
    const heard = new Promise<void>((resolve) => feed.onChange(resolve));
    peer.say({ op: "clock", now: time.now + 3_600_000 });
    await heard;
    assert.equal(feed.now(), time.now + 3_600_000);
  }));

test("a server whose clock is not heard for 8 s is late, and live again when it is", () =>
  withHouse(async ({ feed, time, started }) => {
    const peer = await started();
    time.pass(7_900);
    assert.equal(feed.state, "live");
    time.pass(100);
    assert.equal(feed.state, "late");
    const live = becomes(feed, "live");
    peer.say({ op: "clock", now: time.now });
    await live;
  }));

test("a lost line is offline, comes back by itself, and says that values were missed", () =>
  withHouse(async ({ feed, time, started, connected }) => {
    const peer = await started();
    feed.values.listen("a", () => {});
    time.pass(50);
    const offline = becomes(feed, "offline");
    peer.socket.terminate();
    await offline;
    assert.equal(feed.restored, 0);
    const again = connected();
    time.pass(500);
    const next = await again;
    assert.equal(feed.restored, 1);
    assert.equal((await next.requests(1))[0]?.op, "subscribe");
  }));

test("each try that fails makes the next wait longer, up to 15 s", () =>
  withHouse(async ({ feed, time, started, shut }) => {
    await started();
    let offline = becomes(feed, "offline");
    shut();
    const pauses: number[] = [];
    for (let turn = 0; turn < 7; turn++) {
      await offline;
      pauses.push(time.pause);
      offline = becomes(feed, "offline");
      time.pass(time.pause);
    }
    assert.deepEqual(pauses, [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  }));

test("a hidden tab asks for one frame a second", () =>
  withHouse(async ({ feed, time, started }) => {
    const peer = await started();
    feed.values.listen("a", () => {});
    const first = peer.requests(1);
    time.pass(50);
    await first;
    const asked = peer.requests(1);
    feed.setVisible(false);
    assert.deepEqual(await asked, [{ op: "rate", id: 1, rateHz: 1 }]);
  }));
