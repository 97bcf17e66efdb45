import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { LIMIT } from "../domain/limit.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import { silentLog } from "../lib/log.ts";
import { openOutgoing } from "./external/external.ts";

const NOBODY = { username: null, password: null, tls: null };

test("a server that was away for long is tried again as soon as people expect it", async (t) => {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const pauses: number[] = [];
  // Pauses between two tries are over at once; how long one try may take is left to the clock.
  const after: Clock["after"] = (ms, call) => {
    if (ms >= LIMIT.externalConnectMs) return systemClock.after(ms, call);
    pauses.push(ms);
    return systemClock.after(0, call);
  };
  const clock = { ...systemClock, after };
  const { port } = server.address() as AddressInfo;
  const parts = { clientId: "gateway-1", clock, chance: () => 1, log: silentLog };
  const link = openOutgoing({ ...NOBODY, hosts: [{ host: "127.0.0.1", port }] }, parts);
  await link.tried();
  assert.equal(link.trouble?.code, "link_down");
  while (pauses.length < 12) await once(server, "connection");
  link.close();
  assert.equal(Math.max(...pauses), LIMIT.uplinkRetryMsMax);
});
