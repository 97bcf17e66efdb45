import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";

const START = Date.UTC(2026, 0, 1);
/** A register of six digits, then another of three. */
const REGISTERS = [
  [999_990, 999_998, 4, 10],
  [997, 998, 2, 3],
];

let api: ApiHouse;
const ids: string[] = [];
before(async () => {
  api = await ApiHouse.open();
  const points = await api.manyPoints(REGISTERS.length);
  for (const [at, { id }] of points.entries()) {
    const values = REGISTERS[at] ?? [];
    const samples = values.map((value, row) => ({ at: START + row * 1_000, value }));
    await api.send("operator", `POST /points/${id}/samples`, { samples });
    ids.push(id);
  }
});
after(() => api.close());

const query = (more = "") => `points=${ids}&from=${START}&to=${START + 5_000}&buckets=1${more}`;

async function increases(more = ""): Promise<readonly number[]> {
  const route = `GET /history/aggregate?fns=increase&${query(more)}`;
  const { json } = await api.send("viewer", route);
  return json.items.map((item: { columns: { increase: number[] } }) => item.columns.increase[0]);
}

test("a counter that is less than before has started anew, unless its rollover is declared", async () => {
  assert.deepEqual(await increases(), [8 + 4 + 6, 1 + 2 + 1]);
  assert.deepEqual(await increases("&rollover=1000000"), [8 + 6 + 6, 1 + 999_004 + 1]);
  const { json } = await api.send("viewer", `GET /history/aggregate?${query("&rollover=0")}`);
  assert.equal(json.code, "request_invalid");
});

test("the rollover that a point declares holds for all who ask, each point with its own", async () => {
  for (const [at, rollover] of [1_000_000, 1_000].entries()) {
    const wish = { counter: true, rollover };
    const { json } = await api.send("engineer", `PATCH /points/${ids[at]}`, wish);
    assert.equal(json.variable.rollover, rollover);
  }
  assert.deepEqual(await increases(), [8 + 6 + 6, 1 + 4 + 1]);
  const accept = { accept: "text/csv" };
  const route = `GET /history/aggregate?fns=increase&${query()}`;
  const { text } = await api.send("viewer", route, undefined, accept);
  assert.deepEqual(text.match(/\d+(?=\r\n)/g), ["20", "6"]);
});

test("a rollover that is asked for takes the place of the points' own, and null takes it away", async () => {
  assert.deepEqual(await increases("&rollover=2000"), [8 + 4 + 6, 1 + 1_004 + 1]);
  await api.send("engineer", `PATCH /points/${ids[0]}`, { rollover: null });
  assert.deepEqual(await increases(), [18, 6]);
  for (const rollover of [0, -1, "1000"]) {
    const { json } = await api.send("engineer", `PATCH /points/${ids[0]}`, { rollover });
    assert.equal(json.code, "request_invalid");
  }
});
