import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";

let house: ApiHouse;
before(async () => {
  house = await ApiHouse.open();
});
after(() => house.close());

const METER = {
  name: "Meter",
  filter: "meters/+/raw",
  device: "meter {2}",
  fields: [{ name: "energy", offset: 0, form: "int64", order: "little", unit: "Wh" }],
};

test("a layout is made, replaced, listed by name and removed", async () => {
  const made = await house.send("engineer", "POST /layouts", METER);
  assert.equal(made.status, 201, made.text);
  const { id } = made.json;
  assert.deepEqual(made.json, { id, ...METER });
  const other = { ...METER, name: "A valve", filter: "valves/#", fields: [] };
  assert.equal((await house.send("engineer", "POST /layouts", other)).status, 201);
  const wider = { ...METER, filter: "meters/#" };
  assert.equal((await house.send("engineer", `PUT /layouts/${id}`, wider)).json.filter, "meters/#");
  const { items } = (await house.send("viewer", "GET /layouts")).json;
  assert.deepEqual(
    items.map(({ name }: { name: string }) => name),
    ["A valve", "Meter"],
  );
  assert.equal((await house.send("engineer", `DELETE /layouts/${id}`)).status, 204);
  const gone = await house.send("engineer", `PUT /layouts/${id}`, METER);
  assert.deepEqual([gone.status, gone.json.code], [404, "layout_unknown"]);
  assert.equal((await house.send("engineer", `DELETE /layouts/${id}`)).json.code, "layout_unknown");
});

test("a layout that cannot work is refused with the place", async () => {
  const [field] = METER.fields;
  const wrongs: readonly [object, RegExp][] = [
    [{ ...METER, filter: "a/#/b" }, /^\/filter: 'a\/#\/b' is no topic filter/],
    [{ ...METER, name: "A valve" }, /^\/name: another layout is called 'A valve'/],
    [{ ...METER, fields: [field, field] }, /^\/fields\/1: 'energy' is there twice/],
    [{ ...METER, fields: [{ ...field, form: "text" }] }, /^\/fields\/0: text needs 'bytes'/],
  ];
  for (const [body, place] of wrongs) {
    const { status, json } = await house.send("engineer", "POST /layouts", body);
    assert.deepEqual([status, json.code], [422, "layout_invalid"]);
    assert.match(json.detail, place);
  }
  assert.equal((await house.send("operator", "POST /layouts", METER)).status, 403);
});
