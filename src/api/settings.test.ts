import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";
import { until } from "../../test/house.ts";
import type { AgentId, DeviceAddress, DeviceId, Timestamp } from "../domain/brand.ts";
import { viasens } from "../driver/viasens/viasens.ts";
import { TestClock } from "../lib/clock.ts";
import type { RolloutStepReply } from "./contract.ts";

const NODES = { driver: "viasens", command: "sensors-config" };
const TOPIC = "/sauter/viasens/12/5/configure";

let house: ApiHouse;
let id: string;
before(async () => {
  house = await ApiHouse.open();
  await house.adopted("R 105");
  id = house.parts.ingest.devices()[0]?.id ?? "";
});
after(() => house.close());

async function settings() {
  return (await house.send("viewer", `GET /devices/${id}/settings?command=sensors-config`)).json;
}

async function send(parameters: object): Promise<void> {
  const body = { deviceId: id, name: "sensors-config", parameters };
  const sent = await house.send("operator", "POST /commands", body);
  assert.equal(sent.json.state, "sent", sent.text);
}

/** Another client writes where the node's settings are kept. */
async function others(payload: Uint8Array): Promise<void> {
  await house.parts.broker.send({ topic: TOPIC, payload, retain: true });
  const receivedAt = (Date.now() + 1_000) as Timestamp;
  const agent = "tool-7" as AgentId;
  await house.parts.ingest.receive([{ topic: TOPIC, payload, agent, receivedAt, retain: true }]);
}

test("a template laid down for a network shows at its nodes, with where it comes from", async () => {
  const body = { name: "Quiet", ...NODES, parameters: { co2: { "report-time": 3600 } } };
  const made = await house.send("engineer", "POST /templates", body);
  assert.equal(made.status, 201, made.text);
  const layer = { ...NODES, scope: { kind: "network", id: "12" }, templateId: made.json.id };
  const laid = await house.send("engineer", "PUT /layers", { ...layer, parameters: {} });
  assert.equal(laid.status, 204, laid.text);
  const own = { command: "sensors-config", templateId: null, parameters: { co2: { cov: 10 } } };
  assert.equal((await house.send("operator", `PUT /devices/${id}/settings`, own)).status, 204);

  const { meant, origins, sources, sent, kept } = await settings();
  assert.deepEqual(meant.co2, { cov: 10, "report-time": 3600, "dead-time": 300 });
  assert.equal(sources[origins["co2.report-time"]].template.name, "Quiet");
  assert.equal(sources[origins["co2.cov"]].scope.kind, "device");
  assert.deepEqual([sent, kept.is], [null, "none"]);
  const { items } = (await house.send("viewer", "GET /layers")).json;
  assert.deepEqual(
    items.map(({ name }: { name: string }) => name),
    ["R 105", "12"],
  );
  const used = await house.send("engineer", `DELETE /templates/${made.json.id}`);
  assert.deepEqual([used.status, used.json.code], [409, "template_in_use"]);
  const renamed = { ...body, name: "Hourly" };
  assert.equal(
    (await house.send("engineer", `PUT /templates/${made.json.id}`, renamed)).status,
    200,
  );
  assert.equal((await settings()).sources[0].template.name, "Hourly");
  const unknown = await house.send("engineer", "PUT /templates/none", renamed);
  assert.equal(unknown.json.code, "template_unknown");
});

test("what was sent is held against what the broker keeps, and who wrote it", async () => {
  const { meant } = await settings();
  await send(meant);
  assert.equal((await settings()).kept.is, "same");

  const device = "12/5" as DeviceAddress;
  const parameters = { ...meant, humid: { ...meant.humid, cov: 1 } };
  const command = {
    id: "" as never,
    at: 0 as Timestamp,
    device,
    name: "sensors-config",
    parameters,
  };
  const message = viasens.encode(command);
  assert.ok(message.ok);
  await others(message.value.payload);
  const { kept } = await settings();
  assert.deepEqual([kept.is, kept.by.agent, kept.parameters.humid.cov], ["other", "tool-7", 1]);

  await others(new Uint8Array());
  assert.equal((await settings()).kept.is, "absent");
  await send(meant);
  const again = await settings();
  assert.deepEqual([again.kept.is, again.kept.by], ["same", null]);
});

test("a rollout is made, watched, and told device by device", async () => {
  const body = { name: "North", command: "sensors-config", deviceIds: [id], perSecond: 50 };
  const begun = await house.send("operator", "POST /rollouts", body);
  assert.equal(begun.status, 201, begun.text);
  const path = `/rollouts/${begun.json.id}`;
  const { rollout, steps } = await until("the end", async () => {
    const { json } = await house.send("viewer", `GET ${path}`);
    return json.rollout.state === "ended" && json;
  });
  assert.deepEqual([rollout.sent, rollout.failed, rollout.waiting], [1, 0, 0]);
  assert.deepEqual(
    steps.map(({ name, state }: RolloutStepReply) => `${name} ${state}`),
    ["R 105 sent"],
  );
  const over = await house.send("operator", `PUT ${path}/state`, { state: "paused" });
  assert.deepEqual([over.status, over.json.code], [409, "rollout_over"]);
  assert.equal((await house.send("operator", `POST ${path}/retry`)).json.state, "ended");
  const nobody = await house.send("operator", "POST /rollouts/none/retry");
  assert.deepEqual([nobody.status, nobody.json.code], [404, "rollout_unknown"]);
  assert.equal((await house.send("viewer", "GET /rollouts")).json.items.length, 1);
  const kinds = (await house.send("engineer", "GET /journal?limit=100")).json.items;
  const told = kinds.map(({ kind }: { kind: string }) => kind);
  for (const kind of ["rollout.started", "rollout.ended", "settings.meant", "template.changed"]) {
    assert.ok(told.includes(kind), kind);
  }
});

test("who may look only may lay nothing down and roll nothing out", async () => {
  const layer = { ...NODES, scope: { kind: "network", id: "12" }, templateId: null };
  const asks = [
    ["operator", "PUT /layers", { ...layer, parameters: {} }],
    ["operator", "POST /templates", { name: "x", ...NODES, parameters: {} }],
    ["viewer", `PUT /devices/${id}/settings`, { ...NODES, templateId: null, parameters: {} }],
    ["viewer", "POST /rollouts", { name: "x", command: "sensors-config", deviceIds: [id] }],
  ] as const;
  for (const [who, route, body] of asks) {
    assert.equal((await house.send(who, route, body)).json.code, "permission_missing", route);
  }
});

test("a sensor that says nothing while its node lives is named, with when it spoke last", async () => {
  const start = Date.UTC(2026, 5, 1);
  const clock = new TestClock(start);
  const other = await ApiHouse.open({}, clock);
  await other.adopted("R 1");
  const device = other.parts.ingest.devices()[0]?.id ?? "";
  const co2 = () => other.hear("/sauter/viasens/12/5", { type: "co2", payload: { co2: 600 } });
  const silent = async () => {
    const route = `GET /devices/${device}/settings?command=sensors-config`;
    const { checks } = (await other.send("viewer", route)).json;
    return checks.flatMap(({ name, silentSince }: { name: string; silentSince: string | null }) =>
      silentSince === null ? [] : [`${name} ${silentSince}`],
    );
  };
  await co2();
  assert.deepEqual(await silent(), []);
  clock.advance(2 * 900_000 + 61_000);
  await co2();
  other.parts.liveness.look();
  await until("the node lives", () => {
    return other.parts.liveness.of(device as DeviceId)?.state === "reporting";
  });
  assert.deepEqual(await silent(), [`Humidity ${new Date(start).toISOString()}`]);
  await other.close();
});
