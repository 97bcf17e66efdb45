import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { connectAsync } from "mqtt";
import { WebSocket } from "ws";
import { ApiHouse } from "../../test/api-house.ts";
import { hasMosquitto } from "../../test/mosquitto.ts";
import type { IssuedReply } from "./contract.ts";

let house: ApiHouse;
before(async () => {
  house = await ApiHouse.open({ mqttWebsocket: true });
});
after(() => house.close());

test("an agent is made with a password that is said once, and where it may go", async () => {
  const issued = await create({ kind: "viasens", name: "gateway", tenant: "12" });
  const { agent } = issued;
  assert.deepEqual(agent.rights.publish, ["/sauter/viasens/12/#"]);
  assert.equal(issued.username, agent.clientId);
  assert.ok(issued.password);
  assert.equal(issued.host, "127.0.0.1");
  assert.equal(issued.mqttPort, house.parts.broker.ports.mqtt);
  const list = await house.send("engineer", "GET /agents");
  assert.deepEqual(list.json.items, [agent]);
  assert.ok(!list.text.includes(issued.password));
  const twice = await house.send("engineer", "POST /agents", {
    kind: "viasens",
    name: "gateway",
    tenant: "12",
    credential: "password",
  });
  assert.equal(twice.json.code, "agent_exists");
});

test("agents come by name in pages, those that are revoked last, and are searched for", async () => {
  const names = ["saw 3", "saw 1", "saw 2", "lathe"];
  const made = new Map<string, string>();
  for (const name of names) made.set(name, (await create({ kind: "plain", name })).agent.id);
  await house.send("engineer", `POST /agents/${made.get("saw 1")}/revoke`);
  const ask = async (query: string) => (await house.send("engineer", `GET /agents?${query}`)).json;
  const namesIn = ({ items }: { items: { name: string }[] }) => items.map(({ name }) => name);
  const first = await ask("search=saw&limit=2");
  assert.deepEqual([namesIn(first), first.total], [["saw 2", "saw 3"], 3]);
  assert.deepEqual(namesIn(await ask(`search=saw&after=${first.next}`)), ["saw 1"]);
  assert.deepEqual(namesIn(await ask("search=PLAIN%20lat")), ["lathe"]);
});

test("rejected messages are searched for, by their agent's name too, and by their reason", async () => {
  const { agent } = await create({ kind: "plain", name: "drill" });
  const sender = { agentId: agent.id, clientId: "d", driver: "", payload: new Uint8Array(0) };
  const reasons = ["topic_unknown", "topic_forbidden", "topic_unknown"] as const;
  for (const [at, code] of reasons.entries()) {
    const problem = { code, detail: `number ${at}` } as const;
    await house.parts.ingest.refuse({ ...sender, topic: `hall/${at}`, problem });
  }
  const ask = async (query: string) =>
    (await house.send("engineer", `GET /rejected?${query}`)).json;
  while ((await ask("search=drill")).total < 3) await new Promise(setImmediate);
  const found = await ask("search=drill&limit=2");
  assert.deepEqual([found.items.length, found.total], [2, 3]);
  const rest = await ask(`search=drill&after=${found.next}`);
  assert.deepEqual([rest.items.length, rest.next], [1, null]);
  assert.equal((await ask("search=drill&code=topic_forbidden")).items[0].topic, "hall/1");
  assert.equal((await ask("code=topic_forbidden&search=hall/2")).total, 0);
});

test("one more credential is issued, and a certificate is known by its serial", async () => {
  const { agent } = await create({ kind: "mindsphere", name: "press", tenant: "acme" });
  const route = `POST /agents/${agent.id}/credentials`;
  const { status, json } = await house.send("engineer", route, { credential: "certificate" });
  assert.equal(status, 201);
  assert.match(json.certificate.privateKeyPem, /PRIVATE KEY/);
  const known = (await house.send("engineer", `GET /agents/${agent.id}`)).json;
  assert.deepEqual(
    known.credentials.map(({ serial }: { serial: string }) => serial),
    ["", json.certificate.serial],
  );
  const ca = await house.send(null, "GET /ca.pem");
  assert.equal(ca.headers.get("content-type"), "application/x-pem-file");
  assert.equal(ca.text, json.certificate.caPem);
});

test("events and rejected messages say what their agent is called now", async () => {
  const { agent } = await create({ kind: "plain", name: "gate" });
  const subject = `agent:${agent.id}`;
  const sender = { agentId: agent.id, clientId: "gate", driver: "", topic: "a" };
  const reason = { code: "topic_unknown", detail: "a" } as const;
  house.parts.ingest.refuse({ ...sender, payload: new Uint8Array(1), problem: reason });
  const names = async () => {
    const { items } = (await house.send("engineer", `GET /journal?subject=${subject}`)).json;
    return items[0].subjectName;
  };
  assert.equal(await names(), "gate");
  const rejected = async () => {
    const route = `GET /rejected?agentId=${agent.id}`;
    return (await house.send("engineer", route)).json.items[0];
  };
  while ((await rejected()) === undefined) await new Promise(setImmediate);
  assert.equal((await rejected()).agentName, "gate");
  await house.send("engineer", `DELETE /agents/${agent.id}`);
  assert.equal(await names(), null);
  assert.equal((await rejected()).agentName, null);
  await house.send("engineer", "DELETE /rejected");
});

test("a model is handed in for its agent, or the place of what is wrong is said", async () => {
  const { agent } = await create({ kind: "mindsphere", name: "oven", tenant: "acme" });
  const route = `POST /agents/${agent.id}/model`;
  const model = { id: "1", data: { externalId: "oven", typeModel: { aspectTypes: [] } } };
  assert.equal((await house.send("operator", route, { model })).status, 403);
  assert.equal((await house.send("engineer", route, { model })).status, 204);
  const typeModel = { aspectTypes: [{ id: "acme.heat" }] };
  const wrong = { ...model, data: { ...model.data, typeModel } };
  const refused = await house.send("engineer", route, { model: wrong });
  assert.equal(refused.json.code, "model_invalid");
  assert.match(refused.json.detail, /\/typeModel\/aspectTypes\/0/);
  const { json } = await house.send("engineer", "GET /journal");
  const given = json.items.filter(({ kind }: { kind: string }) => kind === "agent.model-given");
  assert.equal(given.length, 2);
});

test("only a MindSphere agent takes a model", async () => {
  const { agent } = await create({ kind: "viasens", name: "attic", tenant: "4711" });
  const refused = await house.send("engineer", `POST /agents/${agent.id}/model`, { model: {} });
  assert.equal(refused.json.code, "request_invalid");
});

test("an agent is revoked, which it stays, or removed, with which it is gone", async () => {
  const { agent } = await create({ kind: "plain", name: "lamp" });
  const route = `/agents/${agent.id}`;
  const revoked = await house.send("engineer", `POST ${route}/revoke`);
  assert.equal(revoked.json.revoked, true);
  assert.equal((await house.send("engineer", `DELETE ${route}`)).status, 204);
  assert.equal((await house.send("engineer", `GET ${route}`)).json.code, "agent_unknown");
});

const pasted = [
  { kind: "viasens", name: "g1", tenant: "31", credential: "password" },
  { kind: "viasens", name: "it's a gateway", tenant: "32", credential: "certificate" },
  { kind: "mindsphere", name: "dash7", tenant: "camexia", credential: "certificate" },
  { kind: "mindsphere", name: "other", tenant: "camexia", credential: "password" },
  { kind: "scorp-io", name: "edge", tenant: "project", credential: "password" },
] as const;

for (const wish of pasted) {
  const title = `${wish.kind} agent with a ${wish.credential}`;
  test(`the examples of a ${title} work as they are`, { skip: !hasMosquitto }, async () => {
    const issued = await create(wish);
    const folder = mkdtempSync(join(tmpdir(), "fieldline-paste-"));
    writeFileSync(join(folder, "ca.crt"), (await house.send(null, "GET /ca.pem")).text);
    writeFileSync(join(folder, "agent.crt"), issued.certificate?.certificatePem ?? "");
    writeFileSync(join(folder, "agent.key"), issued.certificate?.privateKeyPem ?? "");
    const sent = issued.examples.filter(({ command }) => command.startsWith("mosquitto_pub"));
    assert.ok(sent.length > 0);
    for (const { command } of sent) assert.equal(await paste(command, folder), "0 ");
    rmSync(folder, { recursive: true });
    const { json } = await house.send("engineer", `GET /agents/${issued.agent.id}`);
    assert.equal(json.messages, sent.length);
    assert.equal(json.rejected, 0);
    assert.notEqual(json.lastSeenAt, null);
  });
}

test("MQTT comes through a WebSocket where it is offered, with MQTT's own identities", async () => {
  const { username, password } = await create({ kind: "viasens", name: "web", tenant: "77" });
  assert.ok(username && password);
  const url = `${house.url.replace("http", "ws")}/mqtt`;
  const options = { username, clientId: username, reconnectPeriod: 0 };
  const client = await connectAsync(url, { ...options, password });
  const humidity = JSON.stringify({ type: "humid", payload: { humidity: 49 } });
  await client.publishAsync("/sauter/viasens/77/5", humidity, { qos: 1 });
  await client.endAsync();
  const { json } = await house.send("viewer", "GET /inbox");
  assert.ok(json.items.some(({ address }: { address: string }) => address === "77/5"));
  await assert.rejects(connectAsync(url, { ...options, password: "wrong" }));
  const foreign = new WebSocket(url, "mqtt", { origin: "https://elsewhere.example" });
  const [, response] = await once(foreign, "unexpected-response");
  assert.equal(response.statusCode, 403);
  foreign.on("error", () => undefined).terminate();
});

test("MQTT in a WebSocket need not keep to its frames, and is closed where it comes as text", async () => {
  const { username, password } = await create({ kind: "viasens", name: "frames", tenant: "78" });
  assert.ok(username && password);
  const url = `${house.url.replace("http", "ws")}/mqtt`;
  const fields = [username, username, password].map((text) => [
    0,
    text.length,
    ...Buffer.from(text),
  ]);
  const body = [0, 4, ...Buffer.from("MQTT"), 4, 0xc2, 0, 0, ...fields.flat()];
  const bytes = Buffer.from([0x10, body.length, ...body]);
  const open = async () => {
    const socket = new WebSocket(url, "mqtt");
    await once(socket, "open");
    assert.equal(socket.protocol, "mqtt");
    return socket;
  };
  const cut = await open();
  const answered = once(cut, "message");
  for (const byte of bytes) cut.send(Buffer.from([byte]));
  const [connack, isBinary] = await answered;
  assert.deepEqual([[...connack], isBinary], [[0x20, 2, 0, 0], true]);
  cut.terminate();
  const asText = await open();
  const heard: unknown[] = [];
  asText.on("message", (data) => heard.push(data));
  const closed = once(asText, "close");
  asText.send(bytes.toString("latin1"));
  await closed;
  assert.deepEqual(heard, []);
});

async function create(wish: object): Promise<IssuedReply> {
  const body = { credential: "password", ...wish };
  const { status, json, text } = await house.send("engineer", "POST /agents", body);
  assert.equal(status, 201, text);
  return json;
}

/** Runs a line as somebody would who pastes it into a terminal: its exit code and complaints. */
async function paste(command: string, folder: string): Promise<string> {
  const child = spawn("sh", ["-c", command], { cwd: folder });
  let errors = "";
  child.stderr.on("data", (bytes) => {
    errors += bytes;
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  return `${code} ${errors}`;
}
