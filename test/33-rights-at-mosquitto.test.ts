import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { freePort } from "../src/lib/port.ts";
import { enrol } from "./enrol.ts";
import { hasMosquittoBroker, openMosquitto } from "./external-peers.ts";
import { House, until } from "./house.ts";
import { isAccepted, subscribe } from "./mosquitto.ts";
import { humidityPacket } from "./seeds.ts";

const PLUGIN = "/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so";
const skip = hasMosquittoBroker ? false : "mosquitto is not installed";

test("an agent enrolled on the screen may speak at Mosquitto, until it is revoked there", {
  skip,
}, async () => {
  const { mosquitto, house } = await openBoth();
  const wish = {
    kind: "mindsphere",
    tenant: "acme",
    name: "pump",
    credential: "password",
  } as const;
  const agent = await enrol(house, wish);
  const where = { ...agent.plain, port: mosquitto.port, version: "mqttv5" } as const;
  const payload = JSON.stringify({
    timeseries: [
      { timestamp: "2026-01-01T00:00:00Z", values: [{ dataPointId: "level", value: "1" }] },
    ],
  });
  const own = `tc/acme/${agent.clientId}/o/mc_v3/ts`;
  await until("Mosquitto knows it", () => isAccepted(where, own, payload));
  await until("its device is in the inbox", async () => {
    const { items } = await house.call("GET", "/inbox");
    return items.length > 0;
  });
  // Mosquitto does not pass it on: it is not even among what Fieldline has rejected.
  await isAccepted(where, "tc/acme/acme_other/o/mc_v3/ts", payload);
  await isAccepted(where, own, payload);
  await until("what came behind it is there", async () => {
    return (await house.call("GET", `/agents/${agent.id}`)).messages >= 2;
  });
  assert.deepEqual((await house.call("GET", "/rejected")).items, []);
  const listener = await subscribe(where, `tc/acme/${agent.clientId}/i/#`);
  after(() => listener.close());
  await house.call("POST", `/agents/${agent.id}/revoke`);
  await until("it is refused", async () => !(await isAccepted(where, own, payload)));
});

test("a plain agent speaks at Mosquitto on the topics of its grant, and on others when it is changed", {
  skip,
}, async () => {
  const { mosquitto, house } = await openBoth();
  const grant = { publish: ["workshop/saw/#"], subscribe: ["workshop/saw/orders"] };
  const agent = await enrol(house, { kind: "plain", name: "saw", grant });
  const where = { ...agent.plain, port: mosquitto.port, version: "mqttv5" } as const;
  const isTakenIn = (topic: string) => async () => {
    await isAccepted(where, topic, "7");
    const { items } = await house.call("GET", "/inbox");
    return items.some(({ address }: { address: string }) => topic.startsWith(address));
  };
  await until("its values come in", isTakenIn("workshop/saw/load"));
  // Mosquitto passes on nothing else: it is not even among what Fieldline has rejected.
  await isAccepted(where, "workshop/drill/load", "8");
  const other = { publish: ["yard/+/load"], subscribe: [] };
  await house.call("PUT", `/agents/${agent.id}/grant`, other);
  await until("so do those of its new topics", isTakenIn("yard/crane/load"));
  assert.deepEqual((await house.call("GET", "/rejected")).items, []);
});

test("an agent that has only a certificate has its own rights there, until it is revoked", {
  skip,
}, async () => {
  const tlsPort = await freePort();
  const mosquitto = await openMosquitto((folder) => {
    const file = `${folder}/security.json`;
    spawnSync("mosquitto_ctrl", ["dynsec", "init", file, "fieldline", "house"]);
    makeCertificate(folder);
    return [
      ...["allow_anonymous false", `plugin ${PLUGIN}`, `plugin_opt_config_file ${file}`],
      ...[`listener ${tlsPort} 127.0.0.1`, `cafile ${folder}/clients.crt`],
      ...[`certfile ${folder}/server.crt`, `keyfile ${folder}/server.key`],
      ...["require_certificate true", "use_identity_as_username true"],
    ];
  });
  after(() => mosquitto.close());
  const broker = `mqtt://fieldline:house@127.0.0.1:${mosquitto.port}`;
  const options = ["--broker", broker, "--broker-rights", "dynamic-security"];
  const house = await (await House.open(options)).signIn();
  after(() => house.close());
  const wish = { kind: "viasens", tenant: "12", credential: "certificate" } as const;
  const agent = await enrol(house, { ...wish, name: "roof" });
  // Two who are called alike there cannot be told apart: neither is let in by its name.
  const twins = [
    await enrol(house, { ...wish, tenant: "13", name: "cellar" }),
    await enrol(house, { ...wish, tenant: "14", name: "cellar" }),
  ];
  // From now on Mosquitto takes our CA's certificates.
  copyFileSync(join(agent.folder, "ca.crt"), join(mosquitto.folder, "clients.crt"));
  await mosquitto.stop();
  await mosquitto.start();
  const login = ["-h", "127.0.0.1", "-p", `${mosquitto.port}`, "-u", "fieldline", "-P", "house"];
  const isKnown = (name: string) => {
    const listed = spawnSync("mosquitto_ctrl", [...login, "dynsec", "listClients"]);
    return `${listed.stdout}`.split("\n").includes(name);
  };
  await until("the rights there are in step", () => isKnown("roof") && !isKnown("cellar"));
  const by = (one: typeof agent) => {
    const tls = { ...one.secure.tls, ca: join(mosquitto.folder, "server.crt") };
    return { port: tlsPort, clientId: one.clientId, tls, version: "mqttv5" } as const;
  };
  const speak = (one: typeof agent, network: string) => {
    const { topic, payload } = humidityPacket(network);
    return isAccepted(by(one), topic, payload);
  };
  const heard = async () => (await house.call("GET", `/agents/${agent.id}`)).messages;
  await until("its certificate lets it speak", async () => {
    await speak(agent, "12");
    return (await heard()) > 0;
  });
  // Mosquitto says yes to all of them, and passes nothing on.
  await speak(agent, "13");
  await speak(twins[0] ?? agent, "13");
  await speak(twins[1] ?? agent, "14");
  const before = await heard();
  await speak(agent, "12");
  await until("what came behind it is there", async () => (await heard()) > before);
  const { items } = await house.call("GET", "/inbox");
  assert.deepEqual(
    items.map(({ address }: { address: string }) => address),
    ["12/5"],
  );
  await house.call("POST", `/agents/${agent.id}/revoke`);
  await until("Mosquitto does not know it any more", () => !isKnown("roof"));
  await speak(agent, "12");
  const lamp = await enrol(house, { kind: "viasens", tenant: "15", name: "lamp" });
  const { topic, payload } = humidityPacket("15");
  const where = { ...lamp.plain, port: mosquitto.port, version: "mqttv5" } as const;
  await until("another one is heard", async () => {
    await isAccepted(where, topic, payload);
    return (await house.call("GET", "/inbox")).items.length > 1;
  });
  assert.deepEqual((await house.call("GET", "/rejected")).items, [], "it was heard when revoked");
});

/** Of the broker itself; and in the place of our CA, until there is one. */
function makeCertificate(folder: string): void {
  const files = ["-keyout", `${folder}/server.key`, "-out", `${folder}/server.crt`];
  const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"];
  spawnSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...files, ...name]);
  copyFileSync(`${folder}/server.crt`, `${folder}/clients.crt`);
}

/** A house that keeps the rights of a Mosquitto beside it. */
async function openBoth() {
  const mosquitto = await openMosquitto((folder) => {
    const file = `${folder}/security.json`;
    spawnSync("mosquitto_ctrl", ["dynsec", "init", file, "fieldline", "house"]);
    return ["allow_anonymous false", `plugin ${PLUGIN}`, `plugin_opt_config_file ${file}`];
  });
  after(() => mosquitto.close());
  const broker = `mqtt://fieldline:house@127.0.0.1:${mosquitto.port}`;
  const options = ["--broker", broker, "--broker-rights", "dynamic-security"];
  const house = await (await House.open(options)).signIn();
  after(() => house.close());
  return { mosquitto, house };
}
