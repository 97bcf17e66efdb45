import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { type TestContext, test } from "node:test";
import { connectAsync } from "mqtt";
import { hasMosquittoBroker, openMosquitto, type Peer } from "../../test/external-peers.ts";
import { TestHouse, until } from "../../test/mqtt-peer.ts";
import type { AgentId } from "../domain/brand.ts";
import { systemClock } from "../lib/clock.ts";
import type { Account } from "./broker.ts";
import { commandsFor } from "./external/accounts.ts";
import { openExternalBroker } from "./external/external.ts";

const PLUGIN = "/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so";
const skip = hasMosquittoBroker ? false : "mosquitto is not installed";

test("an agent that the house has enrolled may do at Mosquitto what its rights say", {
  skip,
}, async (t) => {
  const { peer, broker } = await open(t, []);
  await assert.rejects(come(t, peer, "meter", "secret"));
  await broker.provision("1" as AgentId, account("1", "meter"), "secret");
  const meter = await come(t, peer, "meter", "secret");
  await meter.subscribeAsync("meter/i/#", { qos: 1 });
  await assert.rejects(meter.subscribeAsync("other/i/#", { qos: 1 }));
  await assert.rejects(meter.subscribeAsync("#", { qos: 1 }));
  const got = new Promise((resolve) => meter.once("message", (topic) => resolve(topic)));
  assert.ok((await broker.send({ topic: "meter/i/1", payload: Buffer.from("x") })).ok);
  assert.equal(await got, "meter/i/1");
  await meter.publishAsync("meter/o/1", "x", { qos: 1 });
  await assert.rejects(meter.publishAsync("other/o/1", "x", { qos: 1 }));
});

test("a revoked agent's connection is closed, and it does not come back", { skip }, async (t) => {
  const { peer, broker } = await open(t, []);
  await broker.provision("1" as AgentId, account("1", "meter"), "secret");
  const meter = await come(t, peer, "meter", "secret");
  const closed = new Promise<void>((resolve) => meter.once("close", () => resolve()));
  await broker.provision("1" as AgentId, { ...account("1", "meter"), isRevoked: true }, null);
  await closed;
  await assert.rejects(come(t, peer, "meter", "secret"));
});

test("an agent that is gone is gone there, and so is one that went meanwhile", {
  skip,
}, async (t) => {
  const accounts = [account("1", "meter"), account("2", "pump")];
  const { peer, broker } = await open(t, accounts);
  for (const each of accounts) await broker.provision(each.agent, each, "secret");
  await come(t, peer, "meter", "secret");
  await broker.provision("1" as AgentId, null, null);
  await assert.rejects(come(t, peer, "meter", "secret"));
  await broker.close();
  await enter(t, peer, []);
  await assert.rejects(come(t, peer, "pump", "secret"));
});

test("what is right already is left alone: nobody is thrown out when the house starts", {
  skip,
}, async (t) => {
  const accounts = [account("1", "meter")];
  const { peer, broker } = await open(t, accounts);
  await broker.provision("1" as AgentId, account("1", "meter"), "secret");
  const meter = await come(t, peer, "meter", "secret");
  let closes = 0;
  meter.on("close", () => {
    closes += 1;
  });
  await broker.close();
  await enter(t, peer, accounts);
  await meter.publishAsync("meter/o/1", "x", { qos: 1 });
  assert.equal(closes, 0);
});

test("a password that was made while the broker was away is set when it is back", {
  skip,
}, async (t) => {
  const { peer, broker } = await open(t, [account("1", "meter")]);
  await peer.stop();
  await broker.provision("1" as AgentId, account("1", "meter"), "secret");
  assert.equal(broker.trouble?.code, "link_down");
  await peer.start();
  await until(() => broker.trouble === null);
  await come(t, peer, "meter", "secret");
});

test("a client that somebody else has made there is not touched", () => {
  const foreign = { username: "meter", roles: [], groups: [] };
  const there = { roles: new Map(), clients: new Map([["meter", foreign]]) };
  assert.deepEqual(commandsFor(there, account("1", "meter"), "secret"), []);
});

test("a wider grant changes the role alone", () => {
  const [made] = commandsFor({ roles: new Map(), clients: new Map() }, account("1", "meter"), null);
  assert.equal(made?.["rolename"], "fieldline-1");
  const role = { rolename: "fieldline-1", acls: [] };
  const client = {
    ...{ username: "meter", roles: [role], groups: [{ groupname: "fieldline" }] },
  };
  const there = {
    roles: new Map([[role.rolename, role]]),
    clients: new Map([["meter", client]]),
  };
  const commands = commandsFor(there, account("1", "meter"), null);
  assert.deepEqual(
    commands.map(({ command }) => command),
    ["modifyRole"],
  );
});

async function open(t: TestContext, accounts: readonly Account[]) {
  const peer = await openMosquitto((folder) => {
    const file = `${folder}/security.json`;
    spawnSync("mosquitto_ctrl", ["dynsec", "init", file, "fieldline", "house"]);
    return ["allow_anonymous false", `plugin ${PLUGIN}`, `plugin_opt_config_file ${file}`];
  });
  t.after(() => peer.close());
  return { peer, broker: await enter(t, peer, accounts) };
}

async function enter(t: TestContext, peer: Peer, accounts: readonly Account[]) {
  const parts = new TestHouse(systemClock).parts;
  const user = { username: "fieldline", password: "house", tls: null };
  const opened = await openExternalBroker(
    {
      address: { hosts: [{ host: "127.0.0.1", port: peer.port }], ...user },
      ...{ share: "fieldline", worker: 0, filters: ["+/o/#"], isProvisioned: true },
    },
    {
      ...{ ...parts, onGap: () => {}, chance: () => 0 },
      agentOf: (topic) => topic.split("/")[0] as AgentId,
      accounts: async () => accounts,
    },
  );
  assert.ok(opened.ok, opened.ok ? "" : opened.problem.detail);
  t.after(() => opened.value.close());
  await until(() => opened.value.trouble === null && opened.value.isTakingIn);
  return opened.value;
}

async function come(t: TestContext, peer: Peer, username: string, password: string) {
  const options = { host: "127.0.0.1", port: peer.port, reconnectPeriod: 0, username, password };
  const clientId = `${username}-1`;
  const client = await connectAsync({ ...options, clientId, protocolVersion: 5 });
  t.after(() => client.endAsync(true));
  return client;
}

function account(id: string, username: string): Account {
  const rights = { publish: [`${username}/o/#`], subscribe: [`${username}/i/#`] };
  const agent = id as AgentId;
  return { agent, username, commonName: null, clientId: null, rights, isRevoked: false };
}
