import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { generate } from "mqtt-packet";
import { hasMosquitto, isAccepted, publish, type Where } from "../../test/mosquitto.ts";
import { TestHouse, until } from "../../test/mqtt-peer.ts";
import { LIMIT } from "../domain/limit.ts";
import { systemClock, TestClock } from "../lib/clock.ts";
import { openEmbeddedBroker } from "./embedded/embedded.ts";

const VERSIONS = ["mqttv31", "mqttv311", "mqttv5"] as const;
const skipMosquitto = hasMosquitto ? false : "mosquitto-clients is not installed";
/** Debian's own Python has Debian's packages, whatever else is in the path. */
const PYTHON = ["python3", "/usr/bin/python3"].find(
  (python) => spawnSync(python, ["-c", "import paho.mqtt.client"]).status === 0,
);
const skipPaho = PYTHON ? false : "python3-paho-mqtt is not installed";
const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
const skipTls = hasOpenssl ? skipMosquitto : "openssl is not installed";
const folder = mkdtempSync(join(tmpdir(), "fieldline-certificates-"));
after(() => rmSync(folder, { recursive: true }));

for (const version of VERSIONS) {
  test(`mosquitto's clients publish and subscribe with ${version}`, {
    skip: skipMosquitto,
  }, async (t) => {
    const house = new TestHouse(systemClock);
    const { broker, port } = await house.open(t);
    const lines = ["-V", version, "-p", String(port), "-t", "plant/+", "-q", "2", "-C", "2", "-v"];
    const reader = run("mosquitto_sub", lines);
    await until(() => house.subscribed.length === 1);
    const sender: Where = { port, version, clientId: "sender", username: "meter", password: "x" };
    await publish(sender, "plant/1", "first");
    await publish(sender, "plant/2", "second", ["-q", "2", "-r"]);
    assert.equal((await reader).output, "plant/1 first\nplant/2 second\n");
    assert.deepEqual(
      house.received.map(({ agent, topic, text }) => `${agent} ${topic} ${text}`),
      ["meter plant/1 first", "meter plant/2 second"],
    );
    assert.equal(broker.retained("plant/#").length, 1);
    assert.equal(await isAccepted({ ...sender, username: "nobody" }, "plant/1", "x"), false);
  });
}

for (const protocol of ["MQTTv311", "MQTTv5"]) {
  test(`Paho speaks ${protocol} with every quality of service, both ways`, {
    skip: skipPaho,
  }, async (t) => {
    const house = new TestHouse(systemClock);
    const { port } = await house.open(t);
    const { code, output } = await run(PYTHON ?? "", ["-c", PAHO, String(port), protocol]);
    assert.equal(code, 0, output);
    assert.deepEqual(output.trim().split("\n"), ["t/0 0", "t/1 1", "t/2 2"]);
    assert.deepEqual(
      house.received.map(({ topic, text }) => `${topic} ${text}`),
      ["t/0 0", "t/1 1", "t/2 2"],
    );
  });
}

test("over TLS the house sees the client certificate, and decides", {
  skip: skipTls,
}, async (t) => {
  const house = new TestHouse(systemClock);
  const { port, ca } = await openTls(t, house);
  const own = issue("ours", "acme_agent_1", "0x0AbC01");
  for (const version of VERSIONS) {
    const where = { port, version, clientId: "acme_agent_1", tls: { ca, ...own } };
    await publish(where, "tc/acme/acme_agent_1/o/mc_v3/ts", version);
    const { certificate, username } = house.attempts.at(-1) ?? {};
    const { chain, ...shown } = certificate ?? { chain: [] };
    assert.deepEqual(shown, {
      ...{ commonName: "acme_agent_1", serial: "0ABC01", valid: true, reason: null },
    });
    assert.equal(chain.length, 1);
    assert.equal(username, null);
  }
  assert.deepEqual(house.texts, [...VERSIONS]);
});

test("without a certificate TLS is open, and the password decides", {
  skip: skipTls,
}, async (t) => {
  const house = new TestHouse(systemClock);
  const { port, ca } = await openTls(t, house);
  await publish({ port, username: "meter", password: "p", tls: { ca } }, "a", "x");
  assert.equal(house.attempts[0]?.certificate, null);
  assert.equal(house.attempts[0]?.password, "p");
});

test("a certificate of somebody else's authority is shown as not valid", {
  skip: skipTls,
}, async (t) => {
  const house = new TestHouse(systemClock);
  const { port, ca } = await openTls(t, house);
  const foreign = issue("theirs", "acme_agent_1", "0x02");
  await publish({ port, clientId: "acme_agent_1", tls: { ca, ...foreign } }, "a", "x");
  const { commonName, valid, reason } = house.attempts[0]?.certificate ?? {};
  assert.deepEqual([commonName, valid], ["acme_agent_1", false]);
  assert.match(reason ?? "", /UNABLE_TO/);
});

test("a renewed certificate is shown to new connections, and open ones stay", {
  skip: skipTls,
}, async (t) => {
  const { broker, port } = await openTls(t, new TestHouse(systemClock));
  assert.equal(await serialShown(port), "01");
  const open = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
  await once(open, "secureConnect");
  const { key, certificate } = issue("ours", "localhost", "0x77");
  broker.renew?.(readFileSync(key, "utf8"), readFileSync(certificate, "utf8"));
  assert.equal(await serialShown(port), "77");
  assert.equal(open.closed, false);
  open.destroy();
});

async function serialShown(port: number): Promise<string> {
  const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

test("a TLS client that begins no handshake is closed", { skip: skipTls }, async (t) => {
  const clock = new TestClock();
  const { port } = await openTls(t, new TestHouse(clock));
  const silent = createConnection({ port, host: "127.0.0.1" });
  await until(() => {
    clock.advance(LIMIT.connectWithinMs);
    return silent.closed;
  });
  assert.equal(silent.bytesRead, 0);
});

test("a handshake that nobody finishes does not keep the broker from closing", {
  skip: skipTls,
}, async (t) => {
  const house = new TestHouse(systemClock);
  const { broker, port } = await openTls(t, house);
  const silent = createConnection(port, "127.0.0.1");
  await once(silent, "connect");
  await broker.close();
  silent.destroy();
  assert.equal(broker.clients().length, 0);
});

test("TLS 1.2 and 1.3 are spoken, nothing older, and a failed handshake is reported", {
  skip: skipTls,
}, async (t) => {
  const house = new TestHouse(systemClock);
  const { port } = await openTls(t, house);
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    const socket = connectTls({
      ...{ host: "127.0.0.1", port, rejectUnauthorized: false },
      ...{ minVersion: version, maxVersion: version },
    });
    socket.write(generate({ cmd: "connect", clientId: version, clean: true }));
    await new Promise((resolve) => socket.once("data", resolve));
    assert.equal(socket.getProtocol(), version);
    socket.destroy();
  }
  const old = connectTls({
    ...{ host: "127.0.0.1", port, rejectUnauthorized: false, ciphers: "DEFAULT@SECLEVEL=0" },
    ...{ minVersion: "TLSv1.1", maxVersion: "TLSv1.1" },
  });
  await new Promise((resolve) => old.once("error", resolve));
  await until(() => house.refused.length === 1);
  assert.match(house.refused[0]?.problem.detail ?? "", /TLS handshake/);
});

const PAHO = `
import sys, threading
import paho.mqtt.client as mqtt
port, protocol = int(sys.argv[1]), getattr(mqtt, sys.argv[2])
got, ready, done = [], threading.Event(), threading.Event()
client = mqtt.Client("paho", protocol=protocol)
client.on_connect = lambda *a: client.subscribe("t/#", 2)
client.on_subscribe = lambda *a: ready.set()
def on_message(client, data, message):
    got.append(f"{message.topic} {message.payload.decode()}")
    if len(got) == 3: done.set()
client.on_message = on_message
client.connect("127.0.0.1", port)
client.loop_start()
assert ready.wait(10), "not subscribed"
for qos in (0, 1, 2):
    client.publish(f"t/{qos}", str(qos), qos).wait_for_publish(10)
assert done.wait(10), got
print("\\n".join(got))
client.disconnect()
client.loop_stop()
`;

function run(command: string, args: readonly string[]) {
  return new Promise<{ code: number | null; output: string }>((resolve) => {
    const child = spawn(command, args);
    let output = "";
    child.stdout.on("data", (data) => {
      output += data;
    });
    child.stderr.on("data", (data) => {
      output += data;
    });
    child.once("close", (code) => resolve({ code, output }));
  });
}

async function openTls(t: TestContext, house: TestHouse) {
  const { key, certificate } = issue("ours", "localhost", "0x01");
  const pem = (path: string) => readFileSync(path, "utf8");
  const ca = join(folder, "ours.pem");
  const mqtts = {
    ...{ host: "127.0.0.1", port: 0 },
    ...{ key: pem(key), certificate: pem(certificate), ca: pem(ca) },
  };
  const opened = await openEmbeddedBroker({ mqtt: null, mqtts }, house.parts);
  assert.ok(opened.ok);
  t.after(() => opened.value.close());
  const port = opened.value.ports.mqtts;
  assert.ok(port);
  assert.equal(opened.value.ports.mqtt, null);
  return { broker: opened.value, port, ca };
}

/** A key and a certificate, signed by an authority that is made where it is not there yet. */
function issue(authority: string, name: string, serial: string) {
  const at = (file: string) => join(folder, file);
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const [caKey, ca] = [at(`${authority}.key`), at(`${authority}.pem`)];
  if (!existsSync(ca)) {
    openssl("req", "-x509", ...key, "-keyout", caKey, "-out", ca, "-subj", `/CN=${authority}`);
  }
  const base = at(`${authority}-${name}`);
  writeFileSync(at("san"), `subjectAltName=DNS:${name}`);
  openssl("req", ...key, "-keyout", `${base}.key`, "-out", `${base}.csr`, "-subj", `/CN=${name}`);
  const signed = ["-CA", ca, "-CAkey", caKey, "-set_serial", serial, "-extfile", at("san")];
  openssl("x509", "-req", "-in", `${base}.csr`, "-out", `${base}.pem`, ...signed);
  return { key: `${base}.key`, certificate: `${base}.pem` };
}

function openssl(...args: readonly string[]): void {
  const { status, stderr } = spawnSync("openssl", args);
  assert.equal(status, 0, String(stderr));
}
