import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { NetworkReply } from "../src/api/contract.ts";
import { drivers } from "../src/driver/registry.ts";
import { systemClock } from "../src/lib/clock.ts";
import { silentLog } from "../src/lib/log.ts";
import { sensorNetworks, simulate } from "../src/simulator/simulator.ts";
import { enrol } from "./enrol.ts";
import { House, until } from "./house.ts";

const NETWORKS = 4;
const NODES = 250;
/** Types of message that a node starts with, health among them. */
const CHANNELS = 8;
const WITHIN_MS = 120_000;

const house = await (await House.open()).signIn();
after(() => house.close());

test("a thousand nodes that start together are each there once, with every value", async (t) => {
  const logins = new Map<string, { clientId: string; username?: string; password?: string }>();
  for (let number = 1; number <= NETWORKS; number += 1) {
    const tenant = `network-${number}`;
    const { plain } = await enrol(house, { kind: "viasens", tenant, name: tenant });
    const { username = "", password = "" } = plain;
    logins.set(tenant, { clientId: plain.clientId ?? "", username, password });
  }
  const broker = `mqtt://127.0.0.1:${house.ports.mqtt}`;
  const simulation = simulate(
    {
      fleet: sensorNetworks({ utcOffsetMs: 0, seed: 3 }, { networks: NETWORKS, nodes: NODES }),
      connect: ({ name }) => ({ broker, clientId: "", ...logins.get(name) }),
      speed: 1,
    },
    { clock: systemClock, drivers, log: silentLog },
  );
  t.after(() => simulation.close());
  const nodes = NETWORKS * NODES;
  await until(
    "all nodes in the inbox",
    async () => (await house.call("GET", "/inbox?limit=1")).total === nodes,
    WITHIN_MS,
  );
  const { sent } = await until(
    "every message acknowledged",
    () => {
      const counts = simulation.counts();
      return counts.sent >= nodes * CHANNELS && counts.acknowledged === counts.sent && counts;
    },
    WITHIN_MS,
  );
  const { items } = await house.call("GET", `/inbox?limit=${nodes}`);
  const addresses = items.map(({ address }: { address: string }) => address);
  assert.equal(new Set(addresses).size, nodes);
  for (const { address, channels } of items) assert.equal(channels.length, CHANNELS, address);
  const stored = (await house.call("GET", "/overview")).samplesStored;
  assert.ok(stored >= nodes * CHANNELS, `${stored} of ${sent}`);
  const isWhole = ({ devices, lost }: NetworkReply) => devices === NODES && lost === null;
  await until(
    "every network with all its nodes",
    async () => {
      const { items } = await house.call("GET", "/networks");
      return items.length === NETWORKS && items.every(isWhole);
    },
    WITHIN_MS,
  );
  assert.equal(simulation.counts().lost, 0);
});
