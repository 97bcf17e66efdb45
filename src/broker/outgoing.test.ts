import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { until } from "../../test/mqtt-peer.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Clock, systemClock, type Timer } from "../lib/clock.ts";
import { silentLog } from "../lib/log.ts";
import { openOutgoing } from "./external/external.ts";

const US = { clientId: "gateway-1", chance: () => 1, log: silentLog };

test("a server that was away for long is tried again as soon as people expect it", async (t) => {
  const server = await listening(t, (socket) => socket.destroy());
  const pauses: number[] = [];
  // Pauses between two tries are over at once; how long one try may take is left to the clock.
  const after: Clock["after"] = (ms, call) => {
    if (ms >= LIMIT.externalConnectMs) return systemClock.after(ms, call);
    pauses.push(ms);
    return systemClock.after(0, call);
  };
  const link = openOutgoing(addressOf(server), { ...US, clock: { ...systemClock, after } });
  await link.tried();
  assert.equal(link.trouble?.code, "link_down");
  while (pauses.length < 12) await once(server, "connection");
  link.close();
  assert.equal(Math.max(...pauses), LIMIT.uplinkRetryMsMax);
});

test("a server that is there and has no time for us is given more of it each time", async (t) => {
  const server = await listening(t);
  const clock = new HandClock();
  const link = openOutgoing(addressOf(server), { ...US, clock });
  t.after(() => link.close());
  const waits: number[] = [];
  const pauses: number[] = [];
  for (let tries = 0; tries < 6; tries += 1) {
    await greeted(server);
    waits.push(tries === 0 ? clock.fire() : clock.fire() + clock.fire());
    pauses.push(clock.fire());
  }
  assert.deepEqual(waits, [10_000, 20_000, 40_000, 40_000, 40_000, 40_000]);
  assert.deepEqual(pauses, [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
});

test("a server that says that it is busy is left alone for longer than one that hangs up", async (t) => {
  const server = await listening(t);
  const clock = new HandClock();
  const link = openOutgoing(addressOf(server), { ...US, clock });
  t.after(() => link.close());
  const pauses: number[] = [];
  for (const isBusy of [true, true, false, true]) {
    const socket = await greeted(server);
    const { set } = clock;
    if (isBusy) socket.write(BUSY);
    else socket.destroy();
    await until(() => clock.set > set);
    pauses.push(clock.fire());
  }
  assert.deepEqual(pauses, [5_000, 10_000, 0, 5_000]);
});

/** CONNACK: server busy. */
const BUSY = Buffer.from([0x20, 3, 0, 0x89, 0]);

/** Its timers are over when a test says so. */
class HandClock implements Clock {
  /** How many timers were set. */
  set = 0;
  #waiting: { readonly ms: number; readonly call: () => void }[] = [];

  now = Date.now;
  monotonic = () => performance.now();

  after(ms: number, call: () => void): Timer {
    const timer = { ms, call };
    this.set += 1;
    this.#waiting.push(timer);
    return { cancel: () => this.#forget(timer) };
  }

  /** The timer that was set last is over: how long it was. */
  fire(): number {
    const timer = this.#waiting.pop();
    assert.ok(timer);
    timer.call();
    return timer.ms;
  }

  #forget(timer: unknown): void {
    this.#waiting = this.#waiting.filter((one) => one !== timer);
  }
}

async function listening(t: TestContext, take?: (socket: Socket) => void): Promise<Server> {
  const server = createServer(take);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return server;
}

function addressOf(server: Server) {
  const { port } = server.address() as AddressInfo;
  return { username: null, password: null, tls: null, hosts: [{ host: "127.0.0.1", port }] };
}

/** Settles with the next connection, behind its CONNECT. */
async function greeted(server: Server): Promise<Socket> {
  const [socket] = await once(server, "connection");
  await once(socket, "data");
  return socket;
}
