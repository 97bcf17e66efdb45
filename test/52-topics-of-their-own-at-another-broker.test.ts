import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Crew } from "./crew.ts";
import { enrol } from "./enrol.ts";
import { hasMosquittoBroker, openMosquitto } from "./external-peers.ts";
import { House, until } from "./house.ts";
import { hasMosquitto, publish, subscribe } from "./mosquitto.ts";
import { MODEL, TOPIC } from "./oven.ts";

const skip = !hasMosquittoBroker || !hasMosquitto;

test("one Fieldline at Mosquitto takes in what agents say on topics of their own", {
  skip,
}, async () => {
  const mosquitto = await openMosquitto();
  after(() => mosquitto.close());
  const options = ["--broker", `mqtt://127.0.0.1:${mosquitto.port}`];
  const house = await (await House.open(options)).signIn();
  after(() => house.close());
  await speaks(house, mosquitto.port);
  await house.killAndRestart(options);
  await house.signIn();
  await until("it is there again", async () => {
    return (await house.call("GET", "/health")).status === "ready";
  });
  await brings(house, mosquitto.port, 20);
});

test("so do workers that take in for a house, which learn of topics from it", {
  skip,
}, async () => {
  const mosquitto = await openMosquitto();
  after(() => mosquitto.close());
  const crew = await Crew.open([mosquitto.port], 2);
  after(() => crew.close());
  await Promise.all([crew.start(0), crew.start(1)]);
  await crew.ready();
  await speaks(crew.house, mosquitto.port);
  const grant = { publish: ["workshop/#"], subscribe: [] };
  await enrol(crew.house, { kind: "plain", name: "saw", grant });
  await until("so is what a plain agent says where its grant lets it", async () => {
    await publish({ port: mosquitto.port }, "workshop/saw/load", "7");
    const { items } = await crew.house.call("GET", "/inbox");
    return items.some(({ address }: { address: string }) => address.startsWith("workshop"));
  });
});

/** An agent gets a topic, and what it says there becomes history. */
async function speaks(house: House, port: number): Promise<void> {
  const { id } = await enrol(house, { kind: "mindsphere", tenant: "acme", name: "oven" });
  const root = "tc/acme/acme_oven/o/amo_v3";
  await declare(port, root);
  const data = { modelExternalId: "oven", parameterization: { values: [] } };
  await publish({ port }, `${root}/i`, JSON.stringify({ id: "2", data }));
  const asset = await until("its oven is there", async () => {
    const { items } = await house.call("GET", "/assets?limit=1000");
    return items.find(({ name }: { name: string }) => name === "Oven 1");
  });
  const topic = await house.call("POST", `/agents/${id}/topics`, { topic: TOPIC });
  await house.call("POST", `/agents/${id}/topics/${topic.id}/mappings`, {
    ...{ assetId: asset.id, aspect: "Air", variable: "moisture" },
    ...{ value: "air[].m", time: null },
  });
  await brings(house, port, 10);
  assert.deepEqual((await house.call("GET", "/rejected")).items, []);
}

/** Waits for the answer, as an agent has to: another worker may take in what it says next. */
async function declare(port: number, root: string): Promise<void> {
  const answers = await subscribe({ port }, `${root.replace("/o/", "/i/")}/#`);
  await publish({ port }, `${root}/m`, JSON.stringify({ id: "1", data: MODEL }));
  await until("its model is taken", () => answers.lines.some((line) => line.includes("amo_v3/ms")));
  answers.close();
}

/** Said again until it arrives: nobody tells when a broker has been asked for a topic. */
async function brings(house: House, port: number, from: number): Promise<void> {
  let value = from;
  await until(`a value of ${from} or more`, async () => {
    value += 1;
    await publish({ port }, TOPIC, JSON.stringify({ air: [{ m: value }] }));
    const { items } = await house.call("GET", "/points");
    return items.some(({ latest }: { latest: { value: number } | null }) => {
      return (latest?.value ?? 0) > from;
    });
  });
}
