import assert from "node:assert/strict";
import { after, test } from "node:test";
import { connectAsync, type MqttClient } from "mqtt";
import { hasNats, openNatsCluster, type Peer } from "./external-peers.ts";
import { until } from "./house.ts";
import { Workers } from "./kept-by-workers.ts";
import { givesEachOfTwoSessionsAll } from "./two-sessions.ts";

const MESSAGES = 3_000;
const WINDOW = 50;
const skip = hasNats ? false : "nats-server is not installed";

test("a node of three is killed, then who takes in: another goes on, what NATS acknowledged is kept", {
  skip,
}, async () => {
  const nodes = await openNatsCluster(3);
  after(async () => {
    for (const node of nodes) await node.close();
  });
  const [first, ...others] = nodes as [Peer, ...Peer[]];
  const workers = new Workers(nodes.map(({ port }) => port));
  after(() => workers.close());
  for (const worker of [0, 1])
    await until("a leader is there", () => isTaken(workers, worker), 120_000);
  const acknowledged = new Set<string>();
  const load = async (port: number, from: number, to: number) => {
    const device = await entered(port);
    for (let number = from; number < to; number += WINDOW) {
      const some = Array.from({ length: WINDOW }, (_, index) => `${number + index}`);
      await Promise.all(some.map((text) => published(device, text, acknowledged)));
    }
    await device.endAsync(true);
  };
  const beside = others[0]?.port ?? 0;
  const underWay = load(beside, 0, MESSAGES / 2);
  await until("the load has begun", () => acknowledged.size > MESSAGES / 10, 120_000);
  // The node that both workers are connected to.
  await first.stop("SIGKILL");
  await underWay;
  assert.deepEqual(workers.kept(1), [], "NATS shares nothing: the first takes in all");
  await Promise.all([workers.kill(0), load(beside, MESSAGES / 2, MESSAGES)]);
  workers.lead(1);
  const missing = () => {
    const kept = new Set([...workers.kept(0), ...workers.kept(1)]);
    return [...acknowledged].filter((text) => !kept.has(text));
  };
  await until("all that was acknowledged is kept", () => missing().length === 0, 180_000);
  assert.ok(workers.kept(1).length > 0, "the other one went on");
  assert.ok(acknowledged.size > MESSAGES / 2, `only ${acknowledged.size} were acknowledged`);
});

givesEachOfTwoSessionsAll({
  skip: "NATS 2.9 does not: docs/decisions/0041-one-session-where-nothing-is-shared.md",
});

/** A young cluster refuses who comes before it has chosen a leader for his session. */
function isTaken(workers: Workers, worker: number): Promise<boolean> {
  return workers.start(worker).then(
    () => true,
    () => false,
  );
}

async function entered(port: number): Promise<MqttClient> {
  const options = { host: "127.0.0.1", port, clientId: "device", clean: false } as const;
  const device = await connectAsync({ ...options, reconnectPeriod: 500 });
  device.on("error", () => {}); // It connects again by itself.
  return device;
}

async function published(device: MqttClient, text: string, done: Set<string>): Promise<void> {
  await device.publishAsync("plant/1", text, { qos: 1 });
  done.add(text);
}
