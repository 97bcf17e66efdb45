import assert from "node:assert/strict";
import { test } from "node:test";
import { House } from "./house.ts";
import { hasMosquitto, publish } from "./mosquitto.ts";

test("a viewer's command is refused, journalled, and never on the wire", {
  skip: !hasMosquitto,
}, async () => {
  const house = await (await House.open()).signIn();
  const agent = await house.call("POST", "/agents", {
    kind: "viasens",
    name: "gateway",
    tenant: "12",
    credential: "password",
  });
  const where = { port: house.ports.mqtt, username: agent.username, password: agent.password };
  await publish(where, "/sauter/viasens/12/5", '{"type":"humid","payload":{"humidity":49}}');
  const [device] = (await house.call("GET", "/inbox")).items;

  const { token } = await house.call("POST", "/tokens", { name: "looker", role: "viewer" });
  const response = await fetch(`${house.url}/api/v1/commands`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ deviceId: device.id, name: "led-ring", parameters: { mode: 1 } }),
  });
  assert.equal(response.status, 403);

  const { items } = await house.call("GET", "/journal?limit=20");
  const refusal = items.find((event: { kind: string }) => /refused|denied/.test(event.kind));
  assert.ok(refusal, "the refusal is not in the journal");
  assert.equal(refusal.actor.name, "looker");
  const kinds = items.map((event: { kind: string }) => event.kind);
  assert.ok(!kinds.includes("command.sent"));
  assert.deepEqual(await house.call("GET", "/journal/verify"), {
    events: items.length,
    brokenAt: null,
  });
  await house.close();
});
