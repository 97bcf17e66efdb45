import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";
import type { ChannelName, DeviceAddress } from "../domain/brand.ts";
import { EMPTY_CATALOGUE } from "../domain/catalogue.ts";
import { problem } from "../domain/problem.ts";
import type { Driver } from "../driver/driver.ts";
import { drivers } from "../driver/registry.ts";
import { failure, success } from "../lib/outcome.ts";

/*
 * Adding a protocol edits one existing file, the list of drivers (docs/add-a-driver.md). Here a
 * protocol of five lines stands in that list and nowhere else: everything else that the house does
 * for a device follows from it.
 */

const BELL = "bells/chapel" as DeviceAddress;

/** `bell/<place>` says how often it has rung; `bell/<place>/ring` makes it ring. */
const bell: Driver = {
  ...{ id: "bell", title: "Bells", spec: "Bells, first edition", listensTo: ["bell/+"] },
  catalogue: {
    ...EMPTY_CATALOGUE,
    commandTypes: [
      {
        ...{ name: "ring", title: "Ring", kind: "act", endsAt: "sent" },
        parameters: {
          type: "object",
          properties: { times: { title: "Times", type: "integer", minimum: 1, maximum: 12 } },
          required: ["times"],
          additionalProperties: false,
        },
      },
    ],
  },
  decode({ topic, payload, receivedAt }, findings) {
    const [, place] = topic.split("/");
    const rung = Number(Buffer.from(payload).toString());
    if (!Number.isInteger(rung)) return failure(problem("payload_malformed", "no whole number"));
    findings.arrived(`bells/${place}` as DeviceAddress, receivedAt);
    findings.reading("rung" as ChannelName, rung, "good");
    return success(undefined);
  },
  encode: ({ device, parameters }) => {
    const [, place] = device.split("/");
    const payload = Buffer.from(String(parameters["times"]));
    return success({ topic: `bell/${place}/ring`, payload });
  },
  twin: () => ({
    emit: () => [],
    obey: () => failure(problem("command_unknown", "nobody rings it here")),
  }),
};

const house = await ApiHouse.open({}, undefined, { drivers: [...drivers, bell] });
after(() => house.close());

test("a device of a protocol that stands in the list alone waits to be adopted", async () => {
  await house.hear("bell/chapel", 3);
  const { json } = await house.send("engineer", "GET /inbox");
  const [{ address, protocol, channels }] = json.items;
  assert.deepEqual([address, protocol], [BELL, "Bells"]);
  assert.deepEqual([channels[0].name, channels[0].latest.value], ["rung", 3]);
});

test("what it says from then on is the history of a point, and live", async () => {
  const [device] = house.parts.ingest.devices();
  const adopted = await house.send("engineer", `POST /inbox/${device?.id}/adopt`, { name: "Bell" });
  await house.hear("bell/chapel", 4);
  const { json } = await house.send("viewer", `GET /points?assetId=${adopted.json.assetId}`);
  assert.equal(json.items[0].latest.value, 4);
});

test("its messages are read again for the log, and what it cannot read is kept with a reason", async () => {
  const [device] = house.parts.ingest.devices();
  const log = await house.send("viewer", `GET /devices/${device?.id}/messages`);
  assert.equal(log.json.items.length, 2);
  await house.hear("bell/chapel", { no: "number" });
  const { json } = await house.send("engineer", "GET /rejected");
  assert.deepEqual([json.items[0].driver, json.items[0].code], ["bell", "payload_malformed"]);
});

test("its commands are offered, checked against their schema, and sent as it says", async () => {
  const [device] = house.parts.ingest.devices();
  const page = await house.send("operator", `GET /devices/${device?.id}`);
  assert.deepEqual(
    page.json.commandTypes.map(({ name }: { readonly name: string }) => name),
    ["ring"],
  );
  const ring = (times: number) =>
    house.send("operator", "POST /commands", {
      deviceId: device?.id,
      name: "ring",
      parameters: { times },
    });
  assert.equal((await ring(13)).json.code, "command_invalid");
  const { state, topic, payload } = (await ring(12)).json;
  assert.deepEqual([state, topic, payload], ["sent", "bell/chapel/ring", "12"]);
});
