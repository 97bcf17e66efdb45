import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";
import { LIMIT } from "../domain/limit.ts";
import { EVER } from "../domain/time.ts";

const START = Date.UTC(2026, 0, 1);
const LONG_AT = Date.UTC(2025, 0, 1);

let house: ApiHouse;
let id = "";
before(async () => {
  house = await ApiHouse.open();
  id = await house.adopted("Room 5");
});
after(() => house.close());

test("points are found by asset, by words and by path, with their newest values", async () => {
  const all = await house.send("viewer", "GET /points");
  assert.equal(all.json.items.length, 1);
  const [point] = all.json.items;
  assert.equal(point.variable.name, "Humidity");
  assert.equal(point.latest.value, 49);
  assert.equal(point.latest.fresh, true);
  assert.match(point.path, /Room 5$/);

  const routes = [
    `GET /points?assetId=${point.assetId}`,
    `GET /points?deviceId=${house.parts.ingest.devices()[0]?.id}`,
    "GET /points?search=HUMID+room",
    `GET /points/latest?path=${encodeURIComponent(point.path)}`,
  ];
  for (const route of routes) {
    assert.deepEqual((await house.send("viewer", route)).json.items.length, 1, route);
  }
  assert.deepEqual((await house.send("viewer", "GET /points?search=pressure")).json.items, []);
  assert.deepEqual((await house.send("viewer", "GET /points?deviceId=none")).json.items, []);
  const nowhere = await house.send("viewer", "GET /points/latest?path=Nowhere");
  assert.equal(nowhere.json.code, "asset_unknown");
});

test("a point is given a unit, a range and patience, but no other type", async () => {
  const wish = { unit: "%", range: [0, 100], freshnessMs: 5_000 };
  const { json } = await house.send("engineer", `PATCH /points/${id}`, wish);
  assert.deepEqual(json.variable.range, [0, 100]);
  const other = await house.send("engineer", `PATCH /points/${id}`, { dataType: "string" });
  assert.equal(other.json.code, "request_invalid");
  assert.equal((await house.send("engineer", "PATCH /points/none", {})).json.code, "point_unknown");
});

test("what a point says of itself is taken away with null, and the rest of it stays", async () => {
  const wish = { unit: null, range: null, freshnessMs: null };
  const { json } = await house.send("engineer", `PATCH /points/${id}`, wish);
  assert.deepEqual(json.variable, (await house.pointRow(id)).variable);
  for (const key of Object.keys(wish)) assert.ok(!(key in json.variable), key);
  assert.equal(json.variable.name, "Humidity");
  const nameless = await house.send("engineer", `PATCH /points/${id}`, { name: null });
  assert.equal(nameless.json.code, "request_invalid");
  await house.send("engineer", `PATCH /points/${id}`, { unit: "%" });
});

test("samples that are pushed are stored before they are answered", async () => {
  const samples = Array.from({ length: 10 }, (_, row) => ({
    at: START + row * 60_000,
    value: row,
    quality: row === 9 ? "bad" : "good",
  }));
  const pushed = await house.send("operator", `POST /points/${id}/samples`, { samples });
  assert.equal(pushed.status, 201);
  assert.deepEqual(pushed.json, { stored: 10, tooOld: 0 });
  const { json } = await house.send(
    "viewer",
    `GET /points/${id}/history?from=${START}&to=${START + 600_000}`,
  );
  assert.deepEqual(json.value, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.equal(json.at[1], "2026-01-01T00:01:00.000Z");
  assert.equal(json.quality[9], "bad");
  assert.equal(json.unit, "%");
  assert.equal(json.next, null);
});

test("of a push that holds one wrong sample nothing is stored", async () => {
  const rows: readonly [sample: object, code: string, detail: RegExp][] = [
    [{ at: "2026-01-01", value: 1 }, "request_invalid", /samples\/1\/at/],
    [{ at: START, value: "many" }, "request_invalid", /samples\/1\/value/],
    [{ at: Date.now() + 2 * LIMIT.futureMs, value: 1 }, "time_in_future", /samples\/1\/at/],
    [{ at: EVER.from - 1, value: 1 }, "time_impossible", /samples\/1\/at: not of the years 1/],
    [{ at: START, value: 1, quality: "odd" }, "request_invalid", /\/samples\/1\/quality/],
    [
      { at: START, value: 1, quality: "good", statusWord: 2_150_694_912 },
      "request_invalid",
      /samples\/1\/statusWord: 2150694912 is no word for good/,
    ],
    [{ at: START, value: 1, statusWord: 2 ** 32 }, "request_invalid", /samples\/1\/statusWord/],
  ];
  const good = { at: START - 60_000, value: -1 };
  for (const [sample, code, detail] of rows) {
    const body = { samples: [good, sample] };
    const { json } = await house.send("operator", `POST /points/${id}/samples`, body);
    assert.equal(json.code, code);
    assert.match(json.detail, detail);
  }
  const { json } = await house.send(
    "viewer",
    `GET /points/${id}/history?from=${START - 60_000}&to=${START}`,
  );
  assert.deepEqual(json.value, []);
});

for (const order of ["asc", "desc"]) {
  test(`history is read page by page (${order}), each sample once`, async () => {
    const seen: number[] = [];
    const asked = { from: String(START), to: String(START + 600_000), order, limit: "3" };
    for (let pages = 0, after = {}; pages < 5; pages += 1) {
      const query = new URLSearchParams({ ...asked, ...after });
      const { json } = await house.send("viewer", `GET /points/${id}/history?${query}`);
      seen.push(...json.value);
      if (json.next === null) break;
      after = { after: json.next };
    }
    const expected = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    assert.deepEqual(seen, order === "asc" ? expected : expected.reverse());
  });
}

test("times are understood as ISO 8601 and as milliseconds, and mean the same", async () => {
  const iso = encodeURIComponent("2026-01-01T01:05:00+01:00");
  const asIso = await house.send("viewer", `GET /points/${id}/history?from=${START}&to=${iso}`);
  const asMs = await house.send(
    "viewer",
    `GET /points/${id}/history?from=${START}&to=${START + 300_000}`,
  );
  assert.equal(asIso.json.value.length, 5);
  assert.deepEqual(asIso.json, asMs.json);
  for (const from of [
    "yesterday",
    "2026-01-01",
    "2026-02-30T00:00:00Z",
    "1e3",
    "99999999999999999",
  ]) {
    const { json } = await house.send(
      "viewer",
      `GET /points/${id}/history?from=${from}&to=${START}`,
    );
    assert.equal(json.code, "request_invalid", from);
    assert.match(json.detail, /from/);
  }
  const none = await house.send("viewer", `GET /points/${id}/history?from=${START}&to=${START}`);
  assert.match(none.json.detail, /later than from/);
});

test("a range is deleted by an administrator who says it twice, and the journal knows", async () => {
  const [from, to] = [START - 120_000, START - 60_000];
  const samples = [
    { at: from, value: 1 },
    { at: from + 1, value: null, quality: "bad" },
    { at: to, value: 1 },
  ];
  await house.send("operator", `POST /points/${id}/samples`, { samples });
  const route = `DELETE /points/${id}/history?from=${from}&to=${to}`;
  const once = await house.send("admin", `${route}&confirm=yes`);
  assert.equal(once.json.code, "request_invalid");
  const engineer = await house.send("engineer", `${route}&confirm=${from}/${to}`);
  assert.equal(engineer.status, 403);
  const count = `GET /points/${id}/history/count?from=${from}&to=${to}`;
  assert.deepEqual((await house.send("viewer", count)).json, { samples: 2 }, "bad ones too");
  assert.equal((await house.send("admin", `${route}&confirm=${from}/${to}`)).status, 204);
  assert.deepEqual((await house.send("viewer", count)).json, { samples: 0 });
  const span = `from=${from}&to=${to + 1}`;
  const { json } = await house.send("viewer", `GET /points/${id}/history?${span}`);
  assert.deepEqual(json.at, [new Date(to).toISOString()]);
  const journal = await house.send("engineer", "GET /journal");
  const event = journal.json.items.find(({ kind }: { kind: string }) => kind === "history.deleted");
  const { asset, variable, ...said } = event?.detail ?? {};
  assert.deepEqual([typeof asset, typeof variable], ["string", "string"]);
  assert.deepEqual(said, {
    samples: 2,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
  });
  await house.send(
    "admin",
    `DELETE /points/${id}/history?from=${to}&to=${to + 1}&confirm=${to}/${to + 1}`,
  );
});

test("history comes as CSV where asked for", async () => {
  const route = `GET /points/${id}/history?from=${START}&to=${START + 120_000}&limit=1`;
  const { headers, text } = await house.send("viewer", route, undefined, { accept: "text/csv" });
  assert.match(headers.get("content-type") ?? "", /^text\/csv/);
  assert.equal(text, "at,value [%],quality\r\n2026-01-01T00:00:00.000Z,0,good\r\n");
  const rest = `${route}&after=${headers.get("fieldline-next")}`;
  const { json } = await house.send("viewer", rest);
  assert.deepEqual(json.value, [1]);
  const wrong = await house.send("viewer", `${route}&after=${json.at[0]}`);
  assert.equal(wrong.json.code, "request_invalid");
});

test("an integer keeps all of its 64 bits on its way in and out; one of 32 has no more", async () => {
  const before = await house.pointRow(id);
  const integer = { ...before.variable, name: "Energy", dataType: "integer" } as const;
  await house.parts.store.points.put({ ...before, variable: integer });
  house.tellChanged(`point:${id}`);
  const push = (value: unknown) =>
    house.send("operator", `POST /points/${id}/samples`, { samples: [{ at: LONG_AT, value }] });
  const span = `from=${LONG_AT}&to=${LONG_AT + 1}`;
  for (const value of ["9007199254740993", "-9223372036854775808", 7]) {
    assert.equal((await push(value)).status, 201);
    const { json } = await house.send("viewer", `GET /points/${id}/history?${span}`);
    assert.deepEqual(json.value, [value]);
  }
  await push("9007199254740993");
  const csv = await house.send("viewer", `GET /points/${id}/history?${span}`, undefined, {
    accept: "text/csv",
  });
  assert.match(csv.text, /,9007199254740993,good/);
  for (const value of [2 ** 53, "9223372036854775808", "1.5", 1.5]) {
    assert.equal((await push(value)).json.code, "request_invalid", String(value));
  }
  await house.send("engineer", `PATCH /points/${id}`, { int32: true });
  assert.equal((await push(2 ** 31)).json.code, "request_invalid");
  assert.equal((await push(2 ** 31 - 1)).status, 201);
  await house.parts.historian.deleteRange({ series: before.series, from: LONG_AT, to: START - 1 });
  await house.parts.store.points.put(before);
  house.tellChanged(`point:${id}`);
});

test("aggregates come bucket by bucket, empty ones with nothing rather than a number", async () => {
  const query = `points=${id}&from=${START}&to=${START + 720_000}&buckets=3&fns=count,avg,max`;
  const { json } = await house.send("viewer", `GET /history/aggregate?${query}`);
  assert.equal(json.widthMs, 240_000);
  assert.deepEqual(json.items, [
    {
      pointId: id,
      // The tenth sample is bad and does not count.
      columns: { count: [4, 4, 1], avg: [1.5, 5.5, 8], max: [3, 7, 8] },
    },
  ]);
  const later = `points=${id}&from=${START + 900_000}&to=${START + 960_000}&every=60000&fns=min,count`;
  const empty = await house.send("viewer", `GET /history/aggregate?${later}`);
  assert.deepEqual(empty.json.items[0].columns, { count: [0], min: [null] });
});

test("the days of a place are cut where its clocks say", async () => {
  const asked = "calendar=day&tz=Europe/Zurich&fns=count,all,twa,duration&state=3";
  const query = `points=${id}&from=${START - 7_200_000}&to=${START + 720_000}&${asked}`;
  const { json } = await house.send("viewer", `GET /history/aggregate?${query}`);
  assert.deepEqual(json.at, ["2025-12-31T22:00:00.000Z", "2025-12-31T23:00:00.000Z"]);
  assert.equal(json.widthMs, 0);
  const { columns } = json.items[0];
  assert.deepEqual(columns.count, [0, 9]);
  assert.deepEqual(columns.all, [0, 10]);
  assert.deepEqual(columns.duration, [0, 60_000]);
  assert.equal(columns.twa[0], null);
});

test("a query that asks for too much is refused before it costs anything", async () => {
  const year = `from=${START}&to=${START + 365 * 86_400_000}`;
  const many = Array.from({ length: LIMIT.pointsPerQuery + 1 }, (_, row) => row).join(",");
  for (const route of [
    `GET /points/${id}/history?${year}&limit=1000000000`,
    `GET /history/aggregate?points=${id}&${year}&every=1`,
    `GET /history/aggregate?points=${id}&from=${START}&to=8640000000000000&calendar=hour`,
    `GET /history/aggregate?points=${id}&${year}&buckets=1000000000`,
    `GET /history/aggregate?points=${many}&${year}&buckets=1`,
  ]) {
    const { status, json } = await house.send("viewer", route);
    assert.equal(status, 422, route);
    assert.equal(json.code, "query_too_large");
  }
});

test("an aggregate that is not well asked says what it wants", async () => {
  const span = `from=${START}&to=${START + 1_000}`;
  const wrong: readonly [query: string, code: string, detail: RegExp][] = [
    [`points=${id}&${span}`, "request_invalid", /either 'buckets', 'every' or 'calendar'/],
    [`points=${id}&${span}&buckets=1&every=1`, "request_invalid", /either/],
    [`points=${id}&${span}&buckets=1&fns=median`, "request_invalid", /fns: some of count/],
    [`points=none&${span}&buckets=1`, "point_unknown", /none/],
    [`points=${id}&${span}&calendar=day&every=1`, "request_invalid", /either/],
    [`points=${id}&${span}&calendar=day&tz=Europe/Atlantis`, "request_invalid", /no time zone/],
    [`points=${id}&${span}&buckets=0`, "request_invalid", /must be >= 1/],
  ];
  for (const [query, code, detail] of wrong) {
    const { json } = await house.send("viewer", `GET /history/aggregate?${query}`);
    assert.equal(json.code, code, query);
    assert.match(json.detail, detail);
  }
});

test("a long history travels compressed to those who can read that, and is the same", async () => {
  const samples = Array.from({ length: 500 }, (_, row) => ({ at: START - 1 - row, value: row }));
  await house.send("operator", `POST /points/${id}/samples`, { samples });
  const route = `GET /points/${id}/history?from=${START - 600}&to=${START}`;
  const plain = await house.send("viewer", route, undefined, { "accept-encoding": "identity" });
  const packed = await house.send("viewer", route, undefined, { "accept-encoding": "gzip" });
  assert.equal(plain.headers.get("content-encoding"), null);
  assert.equal(packed.headers.get("content-encoding"), "gzip");
  assert.equal(packed.text, plain.text);
  assert.equal(packed.json.value.length, 500);
});

test("what is no number never leaves as one", async () => {
  const { series } = await house.pointRow(id);
  await house.keep(series, [
    [START + 3_600_000, Number.NaN],
    [START + 3_600_001, Number.POSITIVE_INFINITY],
    [START + 3_600_002, -0],
  ]);
  const route = `GET /points/${id}/history?from=${START + 3_600_000}&to=${START + 3_700_000}`;
  const { json } = await house.send("viewer", route);
  assert.deepEqual(json.value, [null, null, 0]);
});

test("a status word that is pushed is read as it came, and names the quality", async () => {
  const from = START + 7_200_000;
  const at = (row: number) => from + row * 1_000;
  const samples = [
    { at: at(0), value: 1, statusWord: 2_150_694_912 },
    { at: at(1), value: 2, quality: "uncertain", statusWord: 1_083_179_008 },
    { at: at(2), value: 3, quality: "good", statusWord: null },
    { at: at(3), value: 4, statusWord: 2_147_483_648 },
  ];
  const pushed = await house.send("operator", `POST /points/${id}/samples`, { samples });
  assert.deepEqual(pushed.json, { stored: 4, tooOld: 0 });
  const route = `GET /points/${id}/history?from=${from}&to=${at(4)}`;
  const { json } = await house.send("viewer", route);
  assert.deepEqual(json.quality, ["bad", "uncertain", "good", "bad"]);
  assert.deepEqual(json.statusWord, [2_150_694_912, 1_083_179_008, null, null]);
  const again = { samples: [{ at: at(0), value: 1 }] };
  await house.send("operator", `POST /points/${id}/samples`, again);
  const written = await house.send("viewer", route);
  assert.equal(written.json.statusWord[0], null, "written anew without one");
});

test("a null that is pushed without a quality is bad, and what is told stays", async () => {
  const from = START + 10_800_000;
  const samples = [
    { at: from, value: null },
    { at: from + 1_000, value: null, quality: "good" },
    { at: from + 2_000, value: null, statusWord: 0 },
    { at: from + 3_000, value: null, quality: "uncertain" },
  ];
  await house.send("operator", `POST /points/${id}/samples`, { samples });
  const route = `GET /points/${id}/history?from=${from}&to=${from + 4_000}`;
  const { json } = await house.send("viewer", route);
  assert.deepEqual(json.value, [null, null, null, null]);
  assert.deepEqual(json.quality, ["bad", "good", "good", "uncertain"]);
});

test("what is pushed as told afterwards is history, with its mark, and never the newest", async () => {
  const [point] = await house.manyPoints(1);
  assert.ok(point);
  const samples = [
    { at: START, value: 1 },
    { at: START + 1_000, value: 2, statusWord: 2_150_694_912, toldAfterwards: true },
  ];
  await house.send("operator", `POST /points/${point.id}/samples`, { samples });
  const range = `from=${START}&to=${START + 5_000}`;
  const { json } = await house.send("viewer", `GET /points/${point.id}/history?${range}`);
  assert.deepEqual(
    [json.value, json.toldAfterwards],
    [
      [1, 2],
      [false, true],
    ],
  );
  const latest = await house.send("viewer", `GET /points/${point.id}/latest`);
  assert.deepEqual([latest.json.value, latest.json.statusWord], [1, undefined]);
});
