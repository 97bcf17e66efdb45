import assert from "node:assert/strict";
import { after, test } from "node:test";
import { enrol } from "./enrol.ts";
import { House } from "./house.ts";
import { RawClient } from "./mqtt-peer.ts";

const house = await (await House.open()).signIn();
after(() => house.close());

const grant = { publish: ["hall/#"], subscribe: ["hall/#", "yard/#"] };
const lamp = await enrol(house, { kind: "plain", name: "lamp", grant });

test("an engineer takes a right away, and the connection that uses it learns it", async () => {
  const client = await RawClient.enter(house.ports.mqtt, { ...lamp.login, protocolVersion: 5 });
  await client.subscribe("yard/#", 1);
  const less = { publish: ["hall/#"], subscribe: ["hall/#"] };
  const agent = await house.call("PUT", `/agents/${lamp.id}/grant`, less);
  assert.deepEqual(agent.rights, less);
  const { reasonCode } = await client.expect("disconnect");
  assert.equal(reasonCode, 0x87);
  await client.closed;
  const again = await RawClient.enter(house.ports.mqtt, { ...lamp.login, protocolVersion: 5 });
  assert.deepEqual(await again.subscribe("yard/#", 1), [0x87]);
  const { items } = await house.call("GET", "/journal");
  const event = items.find(({ kind }: { kind: string }) => kind === "agent.granted");
  assert.deepEqual(event.detail, { before: grant, after: less });
});

test("who is revoked, or whose password is replaced, does not stay", async () => {
  const begun = await RawClient.enter(house.ports.mqtt, lamp.login);
  const wish = { credential: "password" };
  const { password } = await house.call("POST", `/agents/${lamp.id}/credentials`, wish);
  await begun.closed;
  const login = { ...lamp.login, password: Buffer.from(password) };
  const client = await RawClient.enter(house.ports.mqtt, login);
  await house.call("POST", `/agents/${lamp.id}/revoke`);
  await client.closed;
});
