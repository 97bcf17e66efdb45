import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";

let house: ApiHouse;
let id = "";
before(async () => {
  house = await ApiHouse.open();
});
after(() => house.close());

test("a device that nobody knows waits in the inbox with what it said", async () => {
  await house.hear();
  await house.hear();
  const { json } = await house.send("viewer", "GET /inbox");
  const [device] = json.items;
  id = device.id;
  assert.equal(device.protocol, "SAUTER viaSens");
  assert.equal(device.address, "12/5");
  assert.equal(device.assetId, null);
  assert.ok(device.messages > 0);
  assert.equal(device.channels.length, 1);
  const [channel] = device.channels;
  assert.equal(channel.pointId, null);
  assert.equal(channel.latest.value, 49);
  assert.equal(channel.latest.fresh, true);
  assert.deepEqual((await house.send("viewer", "GET /devices")).json.items, []);
});

test("a device is adopted as its engineer wants it, and its history begins with its first message", async () => {
  const site = await house.send("engineer", "POST /assets", { name: "Site", parentId: null });
  const variable = { name: "Moisture", dataType: "integer", unit: "%", range: [0, 100] };
  const wish = {
    name: "Room 5",
    parentId: site.json.id,
    variables: [{ ...variable, channel: "humid.humidity", aspect: "Climate" }],
  };
  const adopted = await house.send("engineer", `POST /inbox/${id}/adopt`, wish);
  assert.equal(adopted.status, 201, adopted.text);
  const asset = await house.send("viewer", `GET /assets/${adopted.json.assetId}`);
  assert.deepEqual(asset.json.asset.deviceIds, [id]);
  const [point] = asset.json.points;
  assert.equal(point.path, "Site/Room 5");
  assert.equal(point.aspect, "Climate");
  assert.deepEqual(point.variable, variable);
  assert.equal(point.latest.value, 49);

  const device = (await house.send("viewer", `GET /devices/${id}`)).json.device;
  assert.equal(device.assetName, "Room 5");
  assert.equal(device.channels[0].pointId, point.id);
  assert.deepEqual((await house.send("viewer", "GET /inbox")).json.items, []);
  assert.equal((await house.send("viewer", "GET /devices?driver=viasens")).json.items.length, 1);
  assert.equal((await house.send("viewer", "GET /devices?driver=other")).json.items.length, 0);
  assert.equal((await house.send("viewer", "GET /devices?search=12/5+SITE")).json.total, 1);
  assert.equal((await house.send("viewer", "GET /devices?search=cellar")).json.total, 0);
});

test("what a device sent is there as it came, with what was read in it", async () => {
  const { json } = await house.send("viewer", `GET /devices/${id}/messages`);
  assert.ok(json.items.length > 0);
  const [newest] = json.items;
  assert.equal(newest.topic, "/sauter/viasens/12/5");
  assert.equal(newest.bytes, Buffer.byteLength(newest.excerpt));
  assert.equal(newest.readingCount, 1);
  assert.equal(newest.problem, null);
  const [{ channel, value, quality, device }] = newest.readings;
  assert.deepEqual([device, channel, value, quality], ["12/5", "humid.humidity", 49, "good"]);
  assert.equal((await house.send("viewer", "GET /devices/none/messages")).status, 404);
});

test("what cannot be adopted says why", async () => {
  const twice = await house.send("engineer", `POST /inbox/${id}/adopt`, {});
  assert.equal(twice.json.code, "device_adopted");
  assert.equal(twice.status, 409);
  const none = await house.send("engineer", "POST /inbox/none/adopt", {});
  assert.equal(none.json.code, "device_unknown");
  const odd = await house.send("engineer", `POST /inbox/${id}/adopt`, {
    variables: [{ name: "x", dataType: "number", channel: "c", colour: "red" }],
  });
  assert.match(odd.json.detail, /must not have 'colour'/);
});

test("the inbox is searched by the server, by name and address, and by protocol", async () => {
  for (const node of [3, 4]) await house.hear(`/sauter/viasens/13/${node}`);
  const { json: all } = await house.send("viewer", "GET /inbox");
  assert.equal(all.total, 2);
  const [device] = all.items;
  const words = encodeURIComponent(device.address.slice(-4).toUpperCase());
  const { json: found } = await house.send("viewer", `GET /inbox?search=${words}`);
  assert.deepEqual([found.total, found.items[0].id], [1, device.id]);
  const { json: none } = await house.send("viewer", "GET /inbox?search=nobody-is-called-so");
  assert.equal(none.total, 0);
  const { json: same } = await house.send("viewer", `GET /inbox?driver=${device.driver}`);
  assert.equal(same.total, 2);
  const { json: other } = await house.send("viewer", "GET /inbox?driver=none");
  assert.equal(other.total, 0);
  const waiting = house.parts.ingest.devices().filter(({ assetId }) => assetId === null);
  for (const { id } of waiting) await house.parts.ingest.forget(id);
});

test("the inbox comes page by page, the newest device first, each of them once", async () => {
  for (const node of [7, 8, 9]) await house.hear(`/sauter/viasens/12/${node}`);
  const seen: string[] = [];
  let after = "";
  do {
    const { json } = await house.send("viewer", `GET /inbox?limit=1${after}`);
    assert.equal(json.total, 3);
    seen.push(...json.items.map(({ address }: { address: string }) => address));
    after = json.next && `&after=${json.next}`;
  } while (after);
  assert.deepEqual(seen.toSorted(), ["12/7", "12/8", "12/9"]);
  const waiting = house.parts.ingest.devices().filter(({ assetId }) => assetId === null);
  for (const device of waiting) await house.parts.ingest.forget(device.id);
});

test("a device that was dismissed asks no more", async () => {
  await house.hear("/sauter/viasens/12/6");
  const [device] = (await house.send("viewer", "GET /inbox")).json.items;
  assert.equal((await house.send("engineer", `POST /inbox/${device.id}/ignore`)).status, 204);
  assert.deepEqual((await house.send("viewer", "GET /inbox")).json.items, []);
  const ignored = (await house.send("viewer", "GET /inbox?ignored=true")).json.items;
  assert.deepEqual(
    ignored.map((one: { id: string }) => one.id),
    [device.id],
  );
  assert.equal((await house.send("engineer", `DELETE /inbox/${device.id}/ignore`)).status, 204);
  assert.equal((await house.send("viewer", "GET /inbox")).json.total, 1);
  await house.send("engineer", `POST /inbox/${device.id}/ignore`);
});

test("a device shows what it can be told, and a preview what would be sent", async () => {
  const { commandTypes } = (await house.send("viewer", `GET /devices/${id}`)).json;
  assert.ok(commandTypes.some(({ name }: { name: string }) => name === "led-ring"));
  const parameters = { mode: 1, duration: 1000, speed: 10, colors: ["#ff0000"] };
  const body = { deviceId: id, name: "led-ring", parameters };
  const { json, text } = await house.send("viewer", "POST /commands/preview", body);
  assert.equal(json.topic, "/sauter/viasens/12/5/control", text);
  assert.equal(JSON.parse(json.payload).type, "led-ring");
});

test("a device shows what was odd, and the message that brought it last", async () => {
  const said = { type: "humid", payload: { humidity: 49 }, mood: "good" };
  await house.hear("/sauter/viasens/12/5", said);
  const { device } = (await house.send("viewer", `GET /devices/${id}`)).json;
  const [{ code, times, excerpt, bytes }] = device.warnings;
  const text = JSON.stringify(said);
  assert.deepEqual([code, times, excerpt, bytes], ["W_FIELD_UNKNOWN", 1, text, text.length]);
});

test("a command is sent, and its state can be asked for", async () => {
  const parameters = { mode: 1, duration: 1000, speed: 10, colors: ["#ff0000"] };
  const body = { deviceId: id, name: "led-ring", parameters };
  const asked = await house.send("operator", "POST /commands", body);
  assert.equal(asked.status, 201, asked.text);
  assert.equal(asked.json.state, "sent");
  assert.equal(asked.json.actor, "the operator");
  const { json } = await house.send("viewer", `GET /commands/${asked.json.id}`);
  assert.deepEqual(json, asked.json);
  const { commands } = (await house.send("viewer", `GET /devices/${id}`)).json;
  assert.deepEqual(commands, [asked.json]);
});

test("a command that is wrong says where, and is not sent", async () => {
  const body = { deviceId: id, name: "led-ring", parameters: { mode: 999 } };
  const wrong = await house.send("operator", "POST /commands", body);
  assert.equal(wrong.status, 422);
  assert.equal(wrong.json.code, "command_invalid");
  const unknown = await house.send("operator", "POST /commands", { ...body, name: "explode" });
  assert.equal(unknown.json.code, "command_unknown");
  const nobody = await house.send("operator", "POST /commands", { ...body, deviceId: "none" });
  assert.equal(nobody.json.code, "device_unknown");
  assert.equal((await house.send("viewer", "GET /commands/none")).json.code, "route_unknown");
});

test("an operator clears the order that the broker keeps, which the journal remembers", async () => {
  const topic = "/sauter/viasens/12/5/control";
  const settings = "/sauter/viasens/12/5/configure";
  const payload = new TextEncoder().encode('{"type":"led-ring","payload":{"mode":-1}}');
  const { broker } = house.parts;
  for (const kept of [topic, settings]) await broker.send({ topic: kept, payload, retain: true });
  const topics = () => broker.retained("/sauter/#").map((message) => message.topic);
  assert.deepEqual(topics().toSorted(), [settings, topic]);

  const route = `POST /devices/${id}/clear-retained`;
  assert.equal((await house.send("viewer", route)).status, 403);
  assert.equal(topics().length, 2);
  assert.equal((await house.send("operator", route)).status, 204);
  assert.deepEqual(topics(), [settings], "what should be kept stays");
  const { json } = await house.send("admin", "GET /journal?kind=device.order-cleared");
  assert.deepEqual(json.items[0].detail, { topic });
  const nobody = await house.send("operator", "POST /devices/none/clear-retained");
  assert.equal(nobody.json.code, "device_unknown");
});

test("an asset that goes gives its devices back to the inbox", async () => {
  const { assetId } = (await house.send("viewer", `GET /devices/${id}`)).json.device;
  assert.equal((await house.send("engineer", `DELETE /assets/${assetId}`)).status, 204);
  const { json } = await house.send("viewer", "GET /inbox");
  assert.equal(json.items[0].id, id);
  assert.equal(json.items[0].channels[0].pointId, null);
  assert.equal(json.items[0].channels[0].latest.value, 49);
});

test("a message that was not taken is on a list, which can be emptied", async () => {
  await house.hear("mqtts/nowhere/at/all", {});
  await house.hear("/sauter/viasens/12/5", { type: "humid", payload: { humidity: 999 } });
  const { json } = await house.send("engineer", "GET /rejected?limit=1");
  assert.equal(json.items[0].code, "payload_out_of_range");
  assert.match(json.items[0].excerpt, /999/);
  const older = await house.send("engineer", `GET /rejected?after=${json.next}&agentId=agent-1`);
  assert.deepEqual(
    older.json.items.map(({ topic }: { topic: string }) => topic),
    ["mqtts/nowhere/at/all"],
  );
  assert.equal(older.json.next, null);
  assert.equal((await house.send("engineer", "DELETE /rejected")).status, 204);
  assert.deepEqual((await house.send("engineer", "GET /rejected")).json.items, []);
});

test("the overview counts what there is", async () => {
  const { json } = await house.send("viewer", "GET /overview");
  assert.equal(json.site, "Site");
  assert.equal(json.devices, 0);
  assert.equal(json.inbox, 1);
  assert.equal(json.assets, 1);
  assert.equal(json.points, 0);
  assert.ok(json.samplesStored > 0);
  assert.ok(json.messagesPerSecond > 0);
});
