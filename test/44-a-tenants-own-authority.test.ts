import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { MqttOpcUaAuth } from "@mindconnect/mindconnect-nodejs";
import { assetOfKey } from "../src/domain/asset-key.ts";
import { enrol } from "./enrol.ts";
import { House, until } from "./house.ts";
import { hasMosquitto, isAccepted, publish, type Where } from "./mosquitto.ts";
import { bare, hasOpenssl, Openssl, pem, type Signed } from "./openssl.ts";
import { hasPaho, Paho } from "./paho.ts";

type Way = Omit<Where, "version">;

const skip = !hasMosquitto || !hasPaho || !hasOpenssl;
const ROOT = "tc/acme/acme_north_meter_1";
const METER = "acme_north_meter_1";

describe("agents of a tenant's own authority", { skip }, () => {
  const openssl = new Openssl();
  let house: House;
  let caFile: string;
  let acme: Signed;
  let meter: Signed;

  before(async () => {
    house = await (await House.open()).signIn();
    const text = await (await house.request("GET", "/ca.pem")).text();
    caFile = openssl.save(text);
    acme = openssl.authority("Acme CA");
    meter = openssl.sign(acme, "north_meter_1");
  });
  after(() => house.close());

  test("before its owner has shown the key, nobody comes in, and it is told why", async () => {
    const { id, state } = await upload(acme);
    assert.equal(state, "unverified");
    assert.equal(await isAccepted(shows(meter), `${ROOT}/o/mc_v3/ts`, values(1)), false);
    assert.match((await refused()).detail, /no authority that is known here signed it/);
    await until("the journal says it, too", async () => {
      const { items } = await house.call("GET", "/journal?kind=agent.refused");
      const { clientId, reason = "" } = items[0]?.detail ?? {};
      return clientId === METER && /no authority that is known here signed it/.test(reason);
    });
    const verified = await verify(id);
    assert.equal(verified.state, "verified");
  });

  test("a gateway with an empty user name and password comes in by its certificate", async () => {
    const paho = await Paho.enter({ ...shows(meter), username: "", password: "" });
    await paho.publish(`${ROOT}/o/mc_v3/ts`, values(2));
    await paho.leave();
    const { items } = await house.call("GET", "/agents");
    assert.deepEqual(
      items.map(({ kind, tenant, name, clientId }: Record<string, unknown>) => {
        return { kind, tenant, name, clientId };
      }),
      [{ kind: "mindsphere", tenant: "acme", name: "north_meter_1", clientId: METER }],
    );
    const events = await house.call("GET", "/journal?kind=agent.provisioned");
    assert.equal(events.items[0].detail.clientId, METER);
  });

  test("TLS 1.2 and 1.3, the leaf alone and with those above it", async () => {
    const between = openssl.sign(acme, "Plant", {
      extensions: ["basicConstraints=critical,CA:TRUE"],
    });
    const below = openssl.sign(between, "below");
    for (const version of ["tlsv1.2", "tlsv1.3"] as const) {
      for (const chain of [[meter], [meter, acme], [below, between], [below, between, acme]]) {
        const where = shows(chain[0] ?? meter, chain);
        const tls = { ca: caFile, ...where.tls, version };
        await publish({ ...where, tls }, `tc/acme/${where.clientId}/o/mc_v3/ts`, values(3));
      }
    }
  });

  test("the second connection comes in, and the first is told why it ends", async () => {
    const first = await Paho.enter({ ...shows(meter), version: 5 });
    const second = await Paho.enter({ ...shows(meter), version: 5 });
    await first.ended();
    assert.equal(first.endedWith, 0x8e, "session taken over");
    await second.leave();
    await until("the journal knows", async () => {
      const { items } = await house.call("GET", "/journal?kind=agent.taken-over");
      return items.at(-1)?.detail.clientId === METER;
    });
  });

  test("a token that its key signed stands for the certificate", async () => {
    const paho = await Paho.enter(bears(tokenOf({})));
    await paho.publish(`${ROOT}/o/mc_v3/ts`, values(4));
    await paho.leave();
    const forged = tokenOf({}, openssl.sign(acme, "other").key);
    assert.equal(await isAccepted(bears(forged), `${ROOT}/o/mc_v3/ts`, values(5)), false);
    assert.match((await refused()).detail, /not signed with the key of its certificate/);
  });

  test("so does one that Siemens' SDK signs with a key of the built-in authority", async () => {
    const own = await enrol(house, {
      ...{ kind: "mindsphere", tenant: "acme", name: "south_1", credential: "certificate" },
    });
    const [root, leaf, key] = ["ca.crt", "agent.crt", "agent.key"].map((file) => {
      return readFileSync(join(own.folder, file), "utf8");
    });
    const [alone = ""] = /^-+BEGIN[\s\S]*?END CERTIFICATE-+/.exec(leaf ?? "") ?? [];
    const { clientId } = own;
    const signed = new MqttOpcUaAuth(
      ...([clientId, root ?? "", alone, 3600, key ?? "", undefined, undefined, "acme"] as const),
    ).GetMqttToken();
    const login = { username: "_CertificateBearer", password: signed };
    const where = { port: house.ports.mqtts, clientId, ...login, tls: { ca: caFile } };
    const paho = await Paho.enter(where);
    await paho.publish(`tc/acme/${clientId}/o/mc_v3/ts`, values(6));
    await paho.leave();
    assert.equal((await Paho.open({ ...where, clientId: METER })).code !== 0, true);
  });

  test("a file is kept as it was sent, and is there after a power cut", async () => {
    const content = Buffer.from("12:00 started\n").toString("base64").replace(/=+$/, "");
    const file = {
      name: "Daily Execution Log : 1f",
      creationDate: "2020-08-01T00:15:10Z",
      content,
    };
    await publish(shows(meter), `${ROOT}/o/mc_v3/f`, JSON.stringify({ file }));
    await house.killAndRestart();
    await house.signIn();
    const { items } = await house.call("GET", `/devices/${(await device()).id}/files`);
    assert.deepEqual([items.length, items[0].path, items[0].bytes], [1, file.name, 14]);
    const reply = await house.request("GET", `/files/${items[0].id}`);
    assert.equal(await reply.text(), "12:00 started\n");
  });

  test("commands wait for an agent that is away, also over a restart, and it says what became of them", async () => {
    const { id: deviceId } = await device();
    const asked = [];
    for (const n of [1, 2]) {
      const parameters = { payload: { n } };
      asked.push(await house.call("POST", "/commands", { deviceId, name: "command", parameters }));
    }
    assert.deepEqual(
      asked.map(({ state }) => state),
      ["requested", "requested"],
    );
    await house.killAndRestart();
    await house.signIn();

    const paho = await Paho.enter(shows(meter));
    await paho.subscribe(`${ROOT}/i/cmd_v3/c`);
    await until("both commands are there", () => paho.messages.length === 2);
    const heard = paho.messages.map(({ payload }) => JSON.parse(payload));
    assert.deepEqual(
      heard.map(({ id, data }) => [id, data.jobId, data.payload]),
      asked.map(({ id }, index) => [id, id, { n: index + 1 }]),
    );
    for (const [status, { id, data }] of [
      ["EXECUTING", heard[0]],
      ["EXECUTED", heard[0]],
      ["FAILED", heard[1]],
    ] as const) {
      const answer = { timestamp: "2020-08-01T00:15:10Z", jobId: data.jobId, status };
      const body = { id: `a-${status}`, requestId: id, data: { ...answer, response: { n: 1 } } };
      await paho.publish(`${ROOT}/o/cmd_v3/u`, JSON.stringify(body));
    }
    await paho.leave();
    const ended = await Promise.all(asked.map(({ id }) => house.call("GET", `/commands/${id}`)));
    assert.deepEqual(
      ended.map(({ state, answer }) => [state, answer.status]),
      [
        ["confirmed", "EXECUTED"],
        ["failed", "FAILED"],
      ],
    );
  });

  test("an agent asks for a token, and reads events with it", async () => {
    const paho = await Paho.enter(shows(meter));
    await paho.subscribe(`${ROOT}/i/agm_v3/tr`);
    await paho.publish(`${ROOT}/o/agm_v3/t`, JSON.stringify({ id: "request1" }));
    const { requestId, data } = await answerOf(paho, "agm_v3/tr");
    await paho.leave();
    assert.equal(requestId, "request1");
    assert.deepEqual(
      [data.token_type, data.expires_in, data.scope],
      ["Bearer", 3600, ["mdsp:core:DefaultAgent"]],
    );
    const ask = (path: string, token: string) =>
      fetch(`${house.url}/api/${path}`, { headers: { authorization: `Bearer ${token}` } });
    const types = "eventmanagement/v3/eventTypes";
    assert.equal((await ask(types, data.access_token)).status, 200);
    assert.equal((await ask(types, `${data.access_token}x`)).status, 401);
    assert.equal((await ask("v1/agents", data.access_token)).status, 401);
  });

  test("a model of the fourth version is made in one message, and read back by its address", async () => {
    const paho = await Paho.enter(shows(meter));
    await paho.subscribe(`${ROOT}/i/amo_v4/#`);
    await paho.publish(`${ROOT}/o/amo_v4/mi`, JSON.stringify({ id: "v4-1", data: MODEL }));
    const made = await answerOf(paho, "amo_v4/mip", "Success");
    assert.equal(made.requestId, "v4-1");
    const [{ assetId }] = made.data.assets;
    assert.match(assetId, /^[0-9a-f]{32}$/);
    const { asset } = await house.call("GET", `/assets/${assetOfKey(assetId)}`);
    assert.equal(asset.name, "Machine");

    await paho.publish(`${ROOT}/o/amo_v4/m`, JSON.stringify({ id: "4f" }));
    const { data } = await answerOf(paho, "amo_v4/m");
    await paho.leave();
    const model = JSON.parse(await (await fetch(data.content)).text());
    assert.deepEqual(model.typeModel, MODEL.typeModel);
    assert.deepEqual(model.mappingModel.mappings, [{ ...MAPPING, assetId }]);
    assert.equal((await fetch(`${data.content}x`)).status, 404);
  });

  test("who subscribes after a power cut only is told what became of its model", async () => {
    const body = JSON.stringify({ id: "v4-late", data: MODEL });
    await publish(shows(meter), `${ROOT}/o/amo_v4/mi`, body);
    await house.killAndRestart();
    await house.signIn();
    const paho = await Paho.enter(shows(meter));
    await paho.subscribe(`${ROOT}/i/amo_v4/#`);
    await until("it is told", () =>
      paho.messages
        .map(({ payload }) => JSON.parse(payload))
        .some(({ requestId, data }) => requestId === "v4-late" && data.status === "Success"),
    );
    await paho.leave();
  });

  test("its authority is removed: the agent is sent away and stays out", async () => {
    const paho = await Paho.enter({ ...shows(meter), version: 5 });
    const { items } = await house.call("GET", "/authorities");
    await house.call("DELETE", `/authorities/${items[0].id}`);
    await paho.ended();
    assert.equal((await Paho.open({ ...shows(meter), version: 5 })).code, 0x87, "not authorised");
  });

  function shows(leaf: Signed, chain: readonly Signed[] = [leaf]): Way {
    const certificate = openssl.chain(...chain);
    const tls = { ca: caFile, certificate, key: leaf.key };
    return { port: house.ports.mqtts, clientId: `acme_${leaf.name}`, tls };
  }

  function bears(password: string): Way {
    const login = { username: "_CertificateBearer", password };
    return { port: house.ports.mqtts, clientId: METER, ...login, tls: { ca: caFile } };
  }

  function tokenOf(claims: object, key = meter.key): string {
    const now = Math.floor(Date.now() / 1000);
    const own = { iss: METER, sub: METER, ten: "acme", aud: ["MQTTBroker"], jti: "1" };
    const times = { iat: now, nbf: now, exp: now + 1500 };
    const header = { alg: "RS256", typ: "JWT", x5c: [bare(meter), bare(acme)] };
    return openssl.token(key, { ...own, ...times, ...claims }, header);
  }

  function upload(signed: Signed) {
    const body = { tenant: "acme", certificatePem: pem(signed) };
    return house.call("POST", "/authorities", body);
  }

  async function verify(id: string) {
    const { items } = await house.call("GET", "/authorities");
    const { registrationCode } = items.find((one: { id: string }) => one.id === id);
    const certificatePem = pem(openssl.sign(acme, registrationCode));
    return house.call("POST", `/authorities/${id}/verify`, { certificatePem });
  }

  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects and fails where it is not.
  function answerOf(paho: Paho, about: string, status?: string): Promise<any> {
    return until(`${about} is answered`, () =>
      paho.messages
        .filter(({ topic }) => topic === `${ROOT}/i/${about}`)
        .map(({ payload }) => JSON.parse(payload))
        .find(({ data }) => status === undefined || data.status === status),
    );
  }

  async function device(): Promise<{ id: string }> {
    const { items } = await house.call("GET", "/inbox");
    return items.find(({ address }: { address: string }) => address === `acme/${METER}`);
  }

  function refused() {
    return until("it is among the rejected", async () => {
      const { items } = await house.call("GET", "/rejected");
      return items.find((row: { clientId: string }) => row.clientId === METER);
    });
  }
});

const MAPPING = {
  ...{ dataPointId: "heat", assetReferenceId: "r5", aspectName: "a", variableName: "x" },
  referenceId: "r6",
};
const MODEL = {
  typeModel: {
    aspectTypes: [
      {
        ...{ id: "acme.A", name: "A", category: "dynamic", scope: "private", referenceId: "r1" },
        variables: [{ name: "x", dataType: "DOUBLE", unit: "°C", referenceId: "r2" }],
      },
    ],
    assetTypes: [
      {
        ...{ id: "acme.T", name: "T", parentTypeId: "core.basicasset", referenceId: "r3" },
        aspects: [{ name: "a", aspectTypeId: "acme.A", referenceId: "r4" }],
      },
    ],
  },
  instanceModel: { assets: [{ referenceId: "r5", typeId: "acme.T", name: "Machine" }] },
  mappingModel: { mappings: [MAPPING] },
};

function values(value: number): string {
  const timestamp = new Date(1_669_925_110_000 + value * 1_000).toISOString();
  const entry = { dataPointId: "level", value, qualityCode: "0" };
  return JSON.stringify({ timeseries: [{ timestamp, values: [entry] }] });
}
