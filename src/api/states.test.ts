import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";

const START = Date.UTC(2026, 0, 1);

test("a state of a point that holds texts is a text, whatever it looks like", async (t) => {
  const api = await ApiHouse.open();
  t.after(() => api.close());
  const [point, other] = await api.manyPoints(2);
  assert.ok(point && other);
  await api.parts.store.points.put({ ...point, variable: { name: "mode", dataType: "string" } });
  api.tellChanged(`point:${point.id}`);
  const values = ["1", "true", "1", "off", "9007199254740993"];
  await api.keep(
    point.series,
    values.map((value, row) => [START + row * 1_000, value]),
  );
  await api.keep(other.series, [[START, 1]]);
  const span = `from=${START}&to=${START + 5_000}&buckets=1`;
  const lasting = async (state: string) => {
    const query = `points=${other.id},${point.id}&${span}&fns=count,duration${state}`;
    const { json } = await api.send("viewer", `GET /history/aggregate?${query}`);
    return json.items.map((item: { columns: { duration: number[] } }) => item.columns.duration[0]);
  };
  assert.deepEqual(await lasting("&state=1"), [5_000, 2_000]);
  assert.deepEqual(await lasting("&state=off"), [0, 1_000]);
  assert.deepEqual(await lasting("&state=9007199254740993"), [0, 1_000]);
  assert.deepEqual(await lasting(""), [0, 1_000], "true, unless told otherwise");
});
