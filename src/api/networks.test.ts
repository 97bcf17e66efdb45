import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiHouse, type Reply } from "../../test/api-house.ts";
import { until } from "../../test/house.ts";
import type { DeviceAddress } from "../domain/brand.ts";
import type { NodeReply } from "./contract.ts";

const CO2 = { type: "co2", payload: { co2: 600 } };
const HEALTH = { type: "health", payload: { health: 254 } };

let house: ApiHouse;
before(async () => {
  house = await ApiHouse.open();
  await house.adopted("R 105");
  await house.hear("/sauter/viasens/12/5", HEALTH);
  await house.hear("/sauter/viasens/12/6", CO2);
  await house.hear("/sauter/viasens/12/10", CO2);
  house.parts.liveness.look();
});
after(() => house.close());

async function network(): Promise<Reply["json"]> {
  return until("the network", async () => {
    const { status, json } = await house.send("viewer", "GET /networks/viasens/12");
    return status === 200 && json;
  });
}

function importing(csv: string, dryRun: boolean) {
  return house.send("engineer", "POST /networks/viasens/12/import", { csv, dryRun });
}

async function node(address: string): Promise<NodeReply> {
  const { nodes } = await network();
  return nodes.find((one: NodeReply) => one.address === address);
}

test("a device is listed with the state that its network gives it", async () => {
  await network();
  const { json } = await house.send("viewer", "GET /devices");
  assert.deepEqual(
    json.items.map(({ liveness }: { liveness: string }) => liveness),
    ["reporting"],
  );
});

test("a network lists its nodes by address, with what commissioning still lacks", async () => {
  const { network: found, nodes } = await network();
  assert.deepEqual([found.devices, found.waiting, found.lost], [3, 2, null]);
  assert.deepEqual(
    nodes.map(({ address }: NodeReply) => address),
    ["12/5", "12/6", "12/10"],
  );
  const [first] = nodes;
  assert.deepEqual([first.name, first.state, first.promiseMs], ["R 105", "reporting", 900_000]);
  assert.deepEqual([first.faulty, first.unfitted], [[], ["CO2"]], "it never worked");
  assert.ok(first.missing.includes("Temperature") && !first.missing.includes("Humidity"));
  const { items } = (await house.send("viewer", "GET /networks")).json;
  assert.deepEqual(items, [found]);
  const unknown = await house.send("viewer", "GET /networks/viasens/none");
  assert.deepEqual([unknown.status, unknown.json.code], [404, "network_unknown"]);
});

test("a sensor that should be there and is not has failed; one that is not fitted is nobody's loss", async () => {
  const { deviceId } = await node("12/5");
  const events = async (kind: string) =>
    (await house.send("engineer", `GET /journal?kind=${kind}`)).json.items.map(
      ({ detail }: { detail: { sensors: string[] } }) => detail.sensors.join(),
    );
  const fit = (fitted: boolean | null, bit = 0) =>
    house.send("engineer", `PUT /devices/${deviceId}/health`, {
      ...{ channel: "health.health", bit, fitted },
    });
  const sensors = async () => {
    const { faulty, unfitted } = await node("12/5");
    return `${faulty} ${unfitted}`;
  };
  const hear = async (health: number) => {
    await house.hear("/sauter/viasens/12/5", { type: "health", payload: { health } });
    house.parts.liveness.look();
    await until("it is seen", async () => {
      const [item] = (await house.send("viewer", `GET /devices/${deviceId}/health`)).json.items;
      return item && (item.worked & health) === health;
    });
  };
  await hear(254);
  assert.equal(await sensors(), " CO2");
  assert.deepEqual(await events("device.sensors-failed"), []);
  assert.equal((await fit(true)).status, 204);
  assert.equal(await sensors(), "CO2 ");
  assert.deepEqual(await events("device.sensors-failed"), ["CO2"]);
  assert.equal((await fit(false)).status, 204);
  assert.equal(await sensors(), " ");
  assert.equal((await fit(null)).status, 204);
  assert.equal(await sensors(), " CO2");

  await hear(255);
  await hear(0);
  const all = "CO2,Occupancy,Noise level,Illuminance,VOC,Humidity,Temperature FIR,Temperature NTC";
  await until("all have failed", async () => (await sensors()) === `${all} `);
  const [newest] = await events("device.sensors-failed");
  assert.equal(newest, all, "one event");
  // Either sensor of temperature is enough, as long as nobody knows which is asked.
  await hear(255 - 64);
  await until("all are back", async () => (await sensors()) === " ");
  assert.equal((await fit(true, 8)).json.code, "channel_unknown");
  const body = { channel: "health.health", bit: 0, fitted: true };
  const other = await house.send("viewer", `PUT /devices/${deviceId}/health`, body);
  assert.equal(other.json.code, "permission_missing");
});

test("where a network answers is told, and an answer there ends the order", async () => {
  const tell = (answers: string | null, presence: string | null = null) =>
    house.send("engineer", "PUT /networks/viasens/12/topics", { answers, presence });
  const root = "/sauter/viasens/12";
  for (const wrong of ["ack/{node}", `${root}/ack`, `${root}/{node}`, `${root}/{node}/control`]) {
    const { status, json } = await tell(wrong);
    assert.deepEqual([status, json.code], [400, "request_invalid"], wrong);
  }
  for (const wrong of [`${root}/{node}/here`, `${root}/5`, "/sauter/viasens/13/here"]) {
    assert.equal((await tell(null, wrong)).json.code, "request_invalid", wrong);
  }
  assert.equal((await tell(`${root}/ack/{node}`, `${root}/here`)).status, 204);
  const { topics } = (await network()).network;
  assert.deepEqual(topics, { answers: `${root}/ack/{node}`, presence: `${root}/here` });
  const { deviceId } = await node("12/5");
  const order = { deviceId, name: "led-ring", parameters: { mode: -1 } };
  for (const [state, wanted, detail] of [
    ["ack", "confirmed", ""],
    ["fail", "failed", "communication error"],
  ]) {
    const { json } = await house.send("operator", "POST /commands", order);
    assert.equal(json.state, "sent");
    await house.hear(`${root}/5/ack`, { state });
    await house.hear(`${root}/ack/5`, { state });
    const ended = await until("an end", async () => {
      const { json: command } = await house.send("viewer", `GET /commands/${json.id}`);
      return command.state !== "sent" && command;
    });
    assert.deepEqual([ended.state, ended.detail, ended.answer], [wanted, detail, { state }]);
  }
  assert.equal((await tell(null)).status, 204);
  assert.deepEqual((await network()).network.topics, { answers: null, presence: null });
  const { items } = (await house.send("engineer", "GET /journal?kind=network.topics")).json;
  assert.equal(items.length, 2);
});

test("a list with bad lines changes nothing and names each of them", async () => {
  const csv = [
    "address,name,place,template",
    "12/6,R 106,Site/Floor 1,",
    "12/70000,R 199,Site,",
    "13/1,R 199,Site,",
    "12/6,R 107,,",
    "12/10,R 110,Site//x,",
    '12/5,"R 105, north",,None',
  ].join("\n");
  const { json } = await importing(csv, false);
  assert.deepEqual([json.done, json.bad], [false, 5]);
  assert.deepEqual(
    json.rows.map(({ line, problem }: { line: number; problem: string }) => [line, problem]),
    [
      [2, ""],
      [3, "no node can have this address here"],
      [4, "no node can have this address here"],
      [5, "another line has this address already"],
      [6, "'Site//x' has a level without a name"],
      [7, "no template 'None'"],
    ],
  );
  assert.equal((await node("12/6")).assetId, null);
  const headless = await importing("12/6,R 106", true);
  assert.equal(headless.json.code, "request_invalid");
  assert.equal((await importing('address\n"12/6', true)).json.code, "request_invalid");
});

test("a list is tried first, then taken: adopted, named, placed, given a template", async () => {
  const NODES = { driver: "viasens", command: "sensors-config", parameters: { co2: { cov: 9 } } };
  await house.send("engineer", "POST /templates", { name: "Quiet", ...NODES });
  const csv = [
    "template,address,name,place",
    "Quiet,12/6,R 106,Works/Floor 1",
    ",12/5,R 105 b,Works/Floor 1",
  ].join("\r\n");
  const tried = (await importing(csv, true)).json;
  assert.deepEqual(
    tried.rows.map(({ changes }: { changes: string[] }) => changes.join()),
    [
      "adopted,named R 106,placed in Works/Floor 1,template Quiet",
      "named R 105 b,placed in Works/Floor 1",
    ],
  );
  assert.equal((await node("12/6")).assetId, null);
  const taken = await importing(csv, false);
  assert.equal(taken.json.done, true, taken.text);
  const six = await node("12/6");
  assert.deepEqual(
    [six.name, six.place, six.template, six.settings],
    ["R 106", "Works/Floor 1", "Quiet", "newer"],
  );
  assert.equal((await node("12/5")).place, "Works/Floor 1");
  const again = (await importing(csv, true)).json.rows;
  assert.deepEqual(again[1].changes, []);
  const written = await house.send("viewer", "GET /networks/viasens/12/nodes.csv");
  assert.match(written.headers.get("content-type") ?? "", /^text\/csv/);
  assert.equal(
    written.text,
    "address,name,place,template\r\n" +
      "12/5,R 105 b,Works/Floor 1,\r\n12/6,R 106,Works/Floor 1,Quiet\r\n12/10,,,\r\n",
  );
  assert.equal((await importing(written.text, true)).json.bad, 0);
});

test("a new node takes the place of a broken one: name, settings and both histories go on", async () => {
  const [before, fresh] = [await node("12/6"), await node("12/10")];
  const replace = (deviceId: string) =>
    house.send("engineer", `POST /devices/${before.deviceId}/replace`, { deviceId });
  assert.equal((await replace((await node("12/5")).deviceId)).json.code, "device_adopted");
  assert.equal((await replace(before.deviceId)).json.code, "request_invalid");
  assert.equal((await replace("nobody")).json.code, "device_unknown");
  await house.hear("/sauter/viasens/12/10", HEALTH);
  assert.equal((await replace(fresh.deviceId)).status, 204);

  await house.hear("/sauter/viasens/12/10", { type: "co2", payload: { co2: 777 } });
  house.parts.liveness.look();
  const after = await until("one node less", async () => {
    const { nodes } = await network();
    return nodes.length === 2 && nodes;
  });
  const swapped = after.find((one: NodeReply) => one.address === "12/10");
  assert.deepEqual(
    [swapped.deviceId, swapped.name, swapped.assetId, swapped.template],
    [before.deviceId, "R 106", before.assetId, "Quiet"],
  );
  const { items } = (await house.send("viewer", `GET /points?assetId=${before.assetId}`)).json;
  const history = `GET /points/${items[0].id}/history?from=0&to=${Date.now() + 5_000}`;
  assert.deepEqual((await house.send("viewer", history)).json.value, [600, 600, 777]);

  const health = items.find(({ aspect }: { aspect: string }) => aspect === "health");
  assert.equal(health?.latest.value, 254, "what only the new one has said is there too");

  await house.hear("/sauter/viasens/12/6", CO2);
  const inbox = (await house.send("viewer", "GET /inbox")).json.items;
  assert.deepEqual(
    inbox.map(({ address }: { address: string }) => address),
    ["12/6"],
    "who speaks from the old address is a stranger",
  );
});

test("a node that never spoke is expected, and takes its settings with its first word", async () => {
  const [line, place] = ["12/77,R 177,Works/Floor 2,Quiet", "Works/Floor 2"];
  const csv = `address,name,place,template\n${line}`;
  const [tried] = (await importing(csv, true)).json.rows;
  assert.equal(tried.changes.join(), "expected,named R 177,placed in Works/Floor 2,template Quiet");
  assert.equal((await importing(csv, false)).json.done, true);
  house.parts.liveness.look();
  const waiting = await until("it is expected", async () => {
    const found = await node("12/77");
    return found?.state === "expected" && found;
  });
  assert.deepEqual(
    [waiting.name, waiting.place, waiting.settings, waiting.lastSeenAt],
    ["R 177", place, "newer", null],
  );
  assert.equal((await network()).network.expected, 1);
  const inbox = (await house.send("viewer", "GET /inbox")).json.items;
  assert.ok(!inbox.some(({ address }: { address: string }) => address === "12/77"));

  await house.hear("/sauter/viasens/12/77", CO2);
  const [command] = await until("it is told", async () => {
    const { json } = await house.send("viewer", `GET /devices/${waiting.deviceId}`);
    return json.commands.length > 0 && json.commands;
  });
  assert.deepEqual(
    [command.name, command.state, command.actor, command.parameters.co2.cov],
    ["sensors-config", "sent", "Fieldline", 9],
  );
  await house.hear("/sauter/viasens/12/77", HEALTH);
  const points = (await house.send("viewer", `GET /points?assetId=${waiting.assetId}`)).json.items;
  assert.deepEqual(
    points.map(({ latest }: { latest: { value: number } }) => latest.value).sort(),
    [254, 600],
  );
  house.parts.liveness.look();
  await until("it reports", async () => (await node("12/77")).state === "reporting");
  const { commands } = (await house.send("viewer", `GET /devices/${waiting.deviceId}`)).json;
  assert.equal(commands.length, 1, "and only once");
});

test("a network shows with its gateway's agent, before any node has spoken, and takes a list", async () => {
  const created = await house.send("engineer", "POST /agents", {
    ...{ kind: "viasens", name: "annexe", tenant: "annexe", credential: "password" },
  });
  assert.equal(created.status, 201, JSON.stringify(created.json));
  const known = async () => (await house.send("viewer", "GET /networks/viasens/annexe")).json;
  const { network: found, nodes, settings } = await known();
  assert.deepEqual([found.devices, found.expected, found.lost, nodes], [0, 0, null, []]);
  assert.equal(settings.name, "sensors-config", "what its nodes can be told is known before");
  const csv = "address,name\nannexe/1,R 301\nannexe/2,R 302\n";
  const body = { csv, dryRun: false };
  const taken = await house.send("engineer", "POST /networks/viasens/annexe/import", body);
  assert.equal(taken.json.done, true);
  const listed = await until("they are expected", async () => {
    const { network, nodes } = await known();
    return network.expected === 2 && nodes;
  });
  assert.deepEqual(
    listed.map(({ name, state }: NodeReply) => `${name} ${state}`),
    ["R 301 expected", "R 302 expected"],
  );
  const { items } = (await house.send("viewer", "GET /devices?search=R%2030")).json;
  assert.deepEqual(
    items.map(({ liveness }: { liveness: string }) => liveness),
    ["expected", "expected"],
  );
});

test("what a network says of a node's firmware is known before its first word, and shown", async () => {
  await house.hear("/sauter/viasens/12/31/status", { api: "2" });
  const { ingest } = house.parts;
  assert.equal(ingest.firmware("viasens", "12/31" as DeviceAddress), "2");
  assert.ok(!ingest.devices().some(({ address }) => address === "12/31"), "it makes no device");
  await house.hear("/sauter/viasens/12/31", CO2);
  const id = ingest.devices().find(({ address }) => address === "12/31")?.id ?? "";
  const { json } = await house.send("viewer", `GET /devices/${id}`);
  assert.equal(json.device.api, "2");
});

test("the first page counts no device as silent that never spoke", async () => {
  const { json } = await house.send("viewer", "GET /overview");
  const expected = house.parts.ingest.devices().filter(({ id }) => {
    return house.parts.liveness.of(id)?.state === "expected";
  });
  assert.ok(expected.length > 0);
  assert.deepEqual([json.stale, json.lostNetworks], [0, 0]);
  assert.equal(json.reporting, json.devices - expected.length);
});

test("a node that spoke a moment ago is in its network and can be listed", async () => {
  await house.hear("/sauter/viasens/12/88", CO2);
  const taken = await importing("address,name,place\n12/88,R 188,Site/Floor 1", false);
  assert.deepEqual([taken.json.bad, taken.json.done], [0, true], JSON.stringify(taken.json));
  assert.deepEqual(taken.json.rows[0].changes, [
    "adopted",
    "named R 188",
    "placed in Site/Floor 1",
  ]);
  assert.equal((await node("12/88")).name, "R 188");
});
