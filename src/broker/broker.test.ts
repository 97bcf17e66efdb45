import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { generate } from "mqtt-packet";
import { TestHouse, until } from "../../test/mqtt-peer.ts";
import { systemClock } from "../lib/clock.ts";
import { brokerConformance } from "./conformance.ts";

brokerConformance("embedded", async (t) => {
  const house = new TestHouse(systemClock);
  return { ...(await house.open(t)), house };
});

for (const durability of ["synced", "written"] as const) {
  brokerConformance(`embedded, ${durability}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "fieldline-broker-"));
    const house = new TestHouse(systemClock);
    const opened = await house.open(t, folder, durability);
    t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    return { ...opened, house };
  });
}

test("a stream that somebody else accepted is a connection like any other", async (t) => {
  const house = new TestHouse();
  const { broker } = await house.open(t);
  const server = createServer((socket) => broker.accept(socket, "10.0.0.7")).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address);
  const socket: Socket = createConnection(address.port, "127.0.0.1");
  socket.write(generate({ cmd: "connect", clientId: "web", clean: true }));
  await until(() => broker.clients().length === 1);
  assert.equal(broker.clients()[0]?.remote, "10.0.0.7");
  assert.equal(house.attempts[0]?.certificate, null);
  socket.destroy();
  await until(() => house.presence.at(-1)?.up === false);
});
