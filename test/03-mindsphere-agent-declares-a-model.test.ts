import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { newAgentPair, readSigner } from "../src/agent/certificate.ts";
import { readPair } from "../src/agent/pair-file.ts";
import type { RejectedReply } from "../src/api/contract.ts";
import { type Enrolled, enrol } from "./enrol.ts";
import { House, until } from "./house.ts";
import { hasMosquitto, isAccepted, publish, subscribe } from "./mosquitto.ts";
import { hasPaho, Paho } from "./paho.ts";
import { METER_MODEL, METER_VALUES, METER_WISH } from "./seeds.ts";

const ROOT = "tc/camexia/camexia_dash7_gateway_1";
const skip = !hasMosquitto || !hasPaho;

const house = await (await House.open()).signIn();
after(() => house.close());
const gateway = await enrol(house, {
  kind: "mindsphere",
  tenant: "camexia",
  name: "dash7_gateway_1",
  credential: "certificate",
});

test("the seed's four steps, in their order, by one client with its certificate", {
  skip,
}, async () => {
  assert.equal(gateway.clientId, "camexia_dash7_gateway_1");
  const paho = await Paho.enter(gateway.secure);
  await paho.publish(METER_MODEL.topic, METER_MODEL.payload);
  assert.deepEqual(await paho.subscribe(`${ROOT}/i/amo_v3/#`), [1]);
  await paho.publish(METER_WISH.topic, METER_WISH.payload);
  await paho.publish(METER_VALUES.topic, METER_VALUES.payload);

  const created = await answerOf(paho, "ms", "Success");
  assert.equal(created.requestId, "12314");
  assert.equal(created.data.externalId, "Energy_4");
  assert.match(created.data.message, /Tolerated: .*closing bracket/);
  const instantiated = await answerOf(paho, "ip", "Success");
  assert.equal(instantiated.requestId, "Energy_4_DeviceInstantiationRequest");
  await paho.leave();
});

test("the model's asset is in the tree, its points have the model's units", { skip }, async () => {
  const points = await meterPoints();
  assert.deepEqual(
    points.map(({ aspect, variable }) => [aspect, variable.name, variable.unit ?? null]),
    [
      ["energy_4_Aspect", "apparentEnergy", "VAh"],
      ["energy_4_Aspect", "linkBudget", null],
      ["energy_4_Aspect", "realEnergy", "Wh"],
      ["energy_4_Aspect", "validEnergy", null],
    ],
  );
  assert.match(points[0]?.path ?? "", /energy_4_Asset$/);
});

test("the values stand in the history at the time that the message says", { skip }, async () => {
  const expected: Record<string, unknown> = {
    realEnergy: 605,
    apparentEnergy: 15,
    validEnergy: true,
    linkBudget: 87,
  };
  for (const { id, variable } of await meterPoints()) {
    const history = await historyOf(id);
    assert.deepEqual(history.at, ["2022-12-01T20:05:10.000Z"]);
    assert.deepEqual(history.value, [expected[variable.name]]);
    assert.deepEqual(history.quality, ["good"]);
  }
});

test("the same model and the same wish once more change nothing", { skip }, async () => {
  const before = await shapeOf();
  const paho = await Paho.enter(gateway.secure);
  await paho.subscribe(`${ROOT}/i/amo_v3/#`);
  const heard = paho.messages.length;
  await paho.publish(METER_MODEL.topic, METER_MODEL.payload);
  await paho.publish(METER_WISH.topic, METER_WISH.payload);
  await until("both are answered again", () => {
    const news = paho.messages.slice(heard).map(({ payload }) => JSON.parse(payload).data.status);
    return news.filter((status) => status === "Success").length >= 2;
  });
  await paho.leave();
  assert.deepEqual(await shapeOf(), before);
});

test("mosquitto's clients are let in with the same bundle", { skip }, async () => {
  const sub = await subscribe(gateway.secure, `${ROOT}/i/#`);
  await until("it hears what was answered lately", () => sub.lines.length > 0);
  sub.close();
  await publish(gateway.secure, METER_VALUES.topic, METER_VALUES.payload);
  for (const { id } of await meterPoints()) assert.equal((await historyOf(id)).at.length, 1);
});

test("another client id is refused, and an operator sees why", { skip }, async () => {
  const wrong = { ...gateway.secure, clientId: "camexia_dash7_gateway_2" };
  assert.equal(await isAccepted(wrong, METER_VALUES.topic, METER_VALUES.payload), false);
  const row = await rejectedAs("agent_refused", "camexia_dash7_gateway_2");
  assert.match(row.detail, /camexia_dash7_gateway_1/);
});

test("a topic of another agent is refused, and an operator sees it", { skip }, async () => {
  const foreign = "tc/camexia/camexia_other/o/mc_v3/ts";
  await isAccepted(gateway.secure, foreign, METER_VALUES.payload);
  const row = await rejectedAs("topic_forbidden", gateway.clientId);
  assert.equal(row.topic, foreign);
  assert.equal(row.agentId, gateway.id);
  const paho = await Paho.enter(gateway.secure);
  assert.deepEqual(await paho.subscribe("tc/camexia/camexia_other/i/#"), [0x80]);
  await paho.leave();
});

test("a certificate of another authority is refused", { skip }, async () => {
  const forged = forge(gateway, "other-ca");
  assert.equal(await isAccepted(forged, METER_VALUES.topic, METER_VALUES.payload), false);
  const row = await rejectedAs("agent_refused", gateway.clientId);
  assert.match(row.detail, /not valid/);
});

test("a certificate of the built-in CA whose time is over is refused", { skip }, async () => {
  const expired = await outlive(gateway);
  assert.equal(await isAccepted(expired, METER_VALUES.topic, METER_VALUES.payload), false);
  const row = await rejectedAs("agent_refused", gateway.clientId, /CERT_HAS_EXPIRED/);
  assert.match(row.detail, /not valid/);
});

test("without a certificate and without a password nobody comes in", { skip }, async () => {
  const { tls, ...rest } = gateway.secure;
  const bare = { ...rest, tls: { ca: tls?.ca ?? "" } };
  assert.equal(await isAccepted(bare, METER_VALUES.topic, METER_VALUES.payload), false);
  const row = await rejectedAs("agent_refused", gateway.clientId);
  assert.match(row.detail, /no certificate/);
});

test("revoked: its connection is closed within two seconds, and it stays out", {
  skip,
}, async () => {
  const paho = await Paho.enter({ ...gateway.secure, version: 5 });
  const asked = performance.now();
  await house.call("POST", `/agents/${gateway.id}/revoke`);
  await paho.ended(2_000);
  assert.ok(performance.now() - asked < 2_000);
  assert.equal(paho.endedWith, 0x98, "administrative action");
  const again = await Paho.open({ ...gateway.secure, version: 5 });
  assert.equal(again.code, 0x87, "not authorised");

  const { items } = await house.call("GET", "/journal?kind=agent.revoked");
  assert.equal(items[0].detail.clientId, gateway.clientId);
  const row = await rejectedAs("agent_refused", gateway.clientId);
  assert.match(row.detail, /revoked/);
});

type Answer = {
  readonly requestId: string;
  readonly data: {
    readonly status: string;
    readonly externalId: string;
    readonly message: string;
  };
};

function answerOf(paho: Paho, about: string, status: string): Promise<Answer> {
  return until(`${status} on ${about}`, () =>
    paho.messages
      .filter(({ topic }) => topic === `${ROOT}/i/amo_v3/${about}`)
      .map(({ payload }): Answer => JSON.parse(payload))
      .find(({ data }) => data.status === status),
  );
}

type MeterPoint = {
  readonly id: string;
  readonly path: string;
  readonly aspect: string;
  readonly variable: { readonly name: string; readonly unit?: string };
};

async function meterPoints(): Promise<MeterPoint[]> {
  const { items } = await house.call("GET", "/points?limit=1000");
  return items
    .filter(({ path }: MeterPoint) => path.endsWith("energy_4_Asset"))
    .toSorted((a: MeterPoint, b: MeterPoint) => (a.variable.name < b.variable.name ? -1 : 1));
}

function historyOf(point: string) {
  const span = "from=2022-12-01T00:00:00Z&to=2022-12-02T00:00:00Z";
  return house.call("GET", `/points/${point}/history?${span}`);
}

/** Everything that a model makes. */
async function shapeOf() {
  const rows = ["/assets", "/points", "/devices", "/inbox", "/asset-types", "/aspect-types"];
  const replies = await Promise.all(rows.map((route) => house.call("GET", route)));
  return replies.map(({ items }, index) =>
    items
      .map((item: Record<string, unknown>) => {
        const { latest, lastSeenAt, messages, channels, warnings, ...lasting } = item;
        return JSON.stringify([rows[index], lasting]);
      })
      .toSorted(),
  );
}

type Row = Pick<RejectedReply, "code" | "clientId" | "agentId" | "detail" | "topic">;

function rejectedAs(code: string, clientId: string, detail = /./): Promise<Row> {
  return until(`${code} of ${clientId} is among the rejected`, async () => {
    const items: Row[] = (await house.call("GET", "/rejected")).items;
    const isTheirs = (row: Row) => row.clientId === clientId || row.agentId === gateway.id;
    return items.find((row) => row.code === code && isTheirs(row) && detail.test(row.detail));
  });
}

/** The agent's own name, signed by somebody else. */
function forge({ folder, clientId, secure }: Enrolled, name: string) {
  const key = join(folder, `${name}.key`);
  const certificate = join(folder, `${name}.crt`);
  const made = spawnSync("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
    ...["-days", "30", "-subj", `/CN=${clientId}`, "-keyout", key, "-out", certificate],
  ]);
  assert.equal(made.status, 0, made.stderr.toString());
  return { ...secure, tls: { ca: secure.tls?.ca ?? "", certificate, key } };
}

/** The agent's own name, signed by the house, two years ago. */
async function outlive({ folder, clientId, secure }: Enrolled) {
  const ca = await readPair(join(house.folder, "ca", "ca-certificate-and-key.pem"));
  assert.ok(typeof ca === "object");
  const subject = { commonName: clientId, uri: `urn:${clientId}`, signsTokens: true };
  const twoYearsAgo = Date.now() - 2 * 365 * 24 * 60 * 60_000;
  const pair = await newAgentPair(await readSigner(ca), subject, twoYearsAgo);
  const key = join(folder, "expired.key");
  const certificate = join(folder, "expired.crt");
  writeFileSync(key, pair.keyPem);
  writeFileSync(certificate, pair.certificatePem);
  return { ...secure, tls: { ca: secure.tls?.ca ?? "", certificate, key } };
}
