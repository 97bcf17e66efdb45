import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, test } from "node:test";
import { enrol } from "./enrol.ts";
import { hasMosquittoBroker, openMosquitto } from "./external-peers.ts";
import { House, until } from "./house.ts";
import { isAccepted, subscribe } from "./mosquitto.ts";

const PLUGIN = "/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so";
const skip = hasMosquittoBroker ? false : "mosquitto is not installed";

test("an agent enrolled on the screen may speak at Mosquitto, until it is revoked there", {
  skip,
}, async () => {
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
