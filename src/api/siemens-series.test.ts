import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { MindSphereSdk } from "@mindconnect/mindconnect-nodejs";
import { ApiHouse } from "../../test/api-house.ts";
import { SiemensCaller } from "../../test/siemens-caller.ts";
import { assetOfKey } from "../domain/asset-key.ts";
import type { PointReply } from "./contract.ts";

const TYPES = "/api/assetmanagement/v3";
const START = Date.parse("2026-01-05T00:00:00Z");
const VARIABLES = [
  { name: "power", dataType: "DOUBLE", unit: "W", qualityCode: true },
  { name: "energy", dataType: "LONG", unit: "Wh" },
  { name: "count", dataType: "INT" },
  { name: "on", dataType: "BOOLEAN" },
  { name: "state", dataType: "STRING", length: 10 },
  { name: "since", dataType: "TIMESTAMP" },
];

let house: ApiHouse;
let caller: SiemensCaller;
let series: ReturnType<MindSphereSdk["GetTimeSeriesClient"]>;
before(async () => {
  house = await ApiHouse.open();
  caller = new SiemensCaller(house);
  const basicAuth = `Basic ${Buffer.from(`sdk:${house.tokens.operator}`).toString("base64")}`;
  series = new MindSphereSdk({
    gateway: house.url,
    basicAuth,
    tenant: "acme",
  }).GetTimeSeriesClient();
  const aspect = { name: "Energy", category: "dynamic", variables: VARIABLES };
  const plate = { name: "Plate", category: "static", variables: [] };
  const aspects = [
    { name: "energy", aspectTypeId: "acme.Energy" },
    { name: "plate", aspectTypeId: "acme.Plate" },
  ];
  await caller.send("engineer", `PUT ${TYPES}/aspecttypes/acme.Energy`, aspect);
  await caller.send("engineer", `PUT ${TYPES}/aspecttypes/acme.Plate`, plate);
  await caller.send("engineer", `PUT ${TYPES}/assettypes/acme.Meter`, { name: "Meter", aspects });
});
after(() => house.close());

async function newMeter(): Promise<string> {
  const body = { name: "Meter", typeId: "acme.Meter" };
  const { json } = await caller.send("engineer", `POST ${TYPES}/assets`, body);
  return json.assetId;
}

const pathOf = (asset: string) => `/api/iottimeseries/v3/timeseries/${asset}/energy`;
const time = (second: number) => new Date(START + second * 1000).toISOString();

test("the SDK writes records and reads back a range, the newest first where asked", async () => {
  const asset = await newMeter();
  const rows = [0, 1, 2].map((second) => ({ _time: time(second), power: second * 1.5 }));
  await series.PutTimeSeries(asset, "energy", rows as never);
  const from = new Date(START);
  const to = new Date(START + 2_000);
  const read = await series.GetTimeSeries(asset, "energy", { from, to });
  assert.deepEqual(
    read,
    [0, 1, 2].map((second) => ({ _time: time(second), power: second * 1.5, power_qc: "0" })),
  );
  const newest = await series.GetTimeSeries(asset, "energy", { from, to, sort: "desc", limit: 1 });
  assert.deepEqual(newest, [read[2]]);
});

test("without a range the answer is the newest record", async () => {
  const asset = await newMeter();
  assert.deepEqual(await series.GetTimeSeries(asset, "energy"), []);
  const rows = [
    { _time: time(0), power: 1, count: 1 },
    { _time: time(1), power: 2 },
  ];
  await series.PutTimeSeries(asset, "energy", rows as never);
  const newest = await series.GetTimeSeries(asset, "energy");
  assert.deepEqual(newest, [{ _time: time(1), power: 2, power_qc: "0" }]);
  const each = await caller.send("viewer", `GET ${pathOf(asset)}?latestValue=true`);
  assert.deepEqual(each.json, [
    { _time: time(1), power: 2, power_qc: "0" },
    { _time: time(0), count: 1 },
  ]);
});

test("what does not fit one answer follows by its link, each record once", async () => {
  const asset = await newMeter();
  const rows = Array.from({ length: 25 }, (_, second) => ({
    ...{ _time: time(second), power: second },
    ...(second % 3 === 0 && { count: second }),
  }));
  await series.PutTimeSeries(asset, "energy", rows as never);
  for (const sort of ["asc", "desc"]) {
    const wish = { from: new Date(START), to: new Date(START + 60_000), limit: 10, sort };
    let page = await series.GetTimeSeriesBulkStyle(asset, "energy", wish);
    const read = [...(page.records ?? [])];
    while (page.nextRecord) {
      page = await series.GetNextRecordsBulkStyle(page.nextRecord);
      read.push(...(page.records ?? []));
    }
    const powers = (read as unknown as { power: number }[]).map(({ power }) => power);
    const expected = rows.map(({ power }) => power);
    assert.deepEqual(powers, sort === "asc" ? expected : expected.toReversed());
  }
});

test("integers of 64 bits come back as the text of their digits beyond 2^53", async () => {
  const asset = await newMeter();
  const body = `[{"_time":"${time(0)}","energy":9007199254740993},{"_time":"${time(1)}","energy":"605"}]`;
  const put = await caller.send("operator", `PUT ${pathOf(asset)}`, body);
  assert.equal(put.status, 204, put.text);
  const { json } = await caller.send(
    "viewer",
    `GET ${pathOf(asset)}?from=${time(0)}&to=${time(9)}`,
  );
  assert.deepEqual(json, [
    { _time: time(0), energy: "9007199254740993" },
    { _time: time(1), energy: 605 },
  ]);
});

test("what is no number, or none that ends, is in no record", async () => {
  const asset = await newMeter();
  const rows = [0, 1].map((second) => ({ _time: time(second), power: 1, count: second }));
  await series.PutTimeSeries(asset, "energy", rows as never);
  const { json } = await house.send("viewer", `GET /points?assetId=${assetOfKey(asset)}`);
  const point = json.items.find((one: PointReply) => one.variable.name === "power");
  await house.keep((await house.pointRow(point.id)).series, [
    [START, Number.NaN],
    [START + 1_000, Number.NEGATIVE_INFINITY],
  ]);
  const [from, to] = [new Date(START), new Date(START + 1_000)];
  const expected = [0, 1].map((second) => ({ _time: time(second), count: second }));
  assert.deepEqual(await series.GetTimeSeries(asset, "energy", { from, to }), expected);
});

test("a quality code comes back as the status word that it came as", async () => {
  const asset = await newMeter();
  const words = ["0", "12189696", 1083310080, "2147483648", "-1", "2150760448", "1073741824"];
  const rows = words.map((word, second) => ({ _time: time(second), power: 1, power_qc: word }));
  assert.equal((await caller.send("operator", `PUT ${pathOf(asset)}`, rows)).status, 204);
  const { json } = await caller.send(
    "viewer",
    `GET ${pathOf(asset)}?from=${time(0)}&to=${time(9)}`,
  );
  assert.deepEqual(
    json.map((row: { power_qc: string }) => row.power_qc),
    words.map(String),
  );
});

test("our own API tells a word that says more than its quality, wherever it tells a sample", async () => {
  const asset = await newMeter();
  const words = ["0", "12189696", "2147483648", "2150760448"];
  const rows = words.map((word, second) => ({ _time: time(second), power: 1, power_qc: word }));
  assert.equal((await caller.send("operator", `PUT ${pathOf(asset)}`, rows)).status, 204);
  const { items } = (await house.send("viewer", "GET /points")).json;
  const point = items.find(({ latest }: PointReply) => latest?.statusWord === 2_150_760_448);
  assert.ok(point?.statusSeries > 0);
  const latest = await house.send("viewer", `GET /points/${point.id}/latest`);
  assert.equal(latest.json.statusWord, 2_150_760_448);
  const path = `/points/${point.id}/history?from=${time(0)}&to=${time(9)}`;
  const { json } = await house.send("viewer", `GET ${path}`);
  assert.deepEqual(json.statusWord, [null, 12_189_696, null, 2_150_760_448]);
  const paged = await house.send("viewer", `GET ${path}&limit=2&order=desc`);
  assert.deepEqual(paged.json.statusWord, [2_150_760_448, null]);
  const headers = { accept: "text/csv", authorization: `Bearer ${house.tokens.viewer}` };
  const csv = await (await fetch(`${house.url}/api/v1${path}`, { headers })).text();
  const cells = csv.split("\r\n").map((line) => line.split(",").slice(2).join());
  assert.deepEqual(cells, [
    "quality,statusWord",
    "good,",
    "good,12189696",
    "bad,",
    "bad,2150760448",
    "",
  ]);
});

test("a record that is written anew, or deleted, keeps nothing of its word", async () => {
  const asset = await newMeter();
  const put = (second: number, word: string) =>
    caller.send("operator", `PUT ${pathOf(asset)}`, [
      { _time: time(second), power: 1, power_qc: word },
    ]);
  const codes = async (query: string) => {
    const { json } = await caller.send("viewer", `GET ${pathOf(asset)}?${query}`);
    return json.map((row: { power_qc: string }) => row.power_qc);
  };
  await put(0, "2150760448");
  await put(1, "2150891520");
  assert.deepEqual(await codes(""), ["2150891520"]);
  await put(1, "2147483648");
  assert.deepEqual(await codes(""), ["2147483648"]);
  assert.deepEqual(await codes(`from=${time(0)}&to=${time(9)}`), ["2150760448", "2147483648"]);
  await caller.send("admin", `DELETE ${pathOf(asset)}?from=${time(0)}&to=${time(0)}`);
  await put(0, "0");
  assert.deepEqual(await codes(`from=${time(0)}&to=${time(9)}`), ["0", "2147483648"]);
});

test("a record replaces the one of its time as a whole", async () => {
  const asset = await newMeter();
  const put = (row: object) =>
    caller.send("operator", `PUT ${pathOf(asset)}`, [{ _time: time(0), ...row }]);
  await put({ power: 1, count: 7, state: "open" });
  await put({ power: 2 });
  const range = `from=${time(0)}&to=${time(0)}`;
  const { json } = await caller.send("viewer", `GET ${pathOf(asset)}?${range}`);
  assert.deepEqual(json, [{ _time: time(0), power: 2, power_qc: "0" }]);
});

test("the range is given with both ends, without a zone in UTC, and select names variables", async () => {
  const asset = await newMeter();
  const rows = [0, 1, 2].map((second) => ({ _time: time(second), power: 1, on: true }));
  await caller.send("operator", `PUT ${pathOf(asset)}`, rows);
  const count = async (query: string) => {
    const { json } = await caller.send("viewer", `GET ${pathOf(asset)}?${query}`);
    return json.length;
  };
  assert.equal(await count(`from=${time(1)}&to=${time(2)}`), 2);
  assert.equal(await count("from=2026-01-05T00:00:01&to=2026-01-06"), 2);
  assert.equal(await count("from=2026-01-05T01:00:02%2B01:00"), 1);
  const some = await caller.send("viewer", `GET ${pathOf(asset)}?from=${time(2)}&select=on`);
  assert.deepEqual(some.json, [{ _time: time(2), on: true }]);
});

test("one wrong value of a body, and nothing of it is stored", async () => {
  const asset = await newMeter();
  const cases: unknown[] = [
    {},
    [{ power: 1 }],
    [{ _time: "yesterday", power: 1 }],
    [{ _time: "2999-01-01T00:00:00Z", power: 1 }],
    [{ _time: "-000001-01-01T00:00:00Z", power: 1 }],
    [{ _time: time(0), voltage: 1 }],
    [{ _time: time(0), power: "much" }],
    [{ _time: time(0), power: "9007199254740993" }],
    [{ _time: time(0), count: 2 ** 31 }],
    [{ _time: time(0), power: [1] }],
    [{ _time: time(0), state: "more than ten" }],
    [{ _time: time(0), since: "yesterday" }],
    [{ _time: time(0), power: 1, power_qc: "fine" }],
  ];
  for (const body of cases) {
    const rows = Array.isArray(body) ? [{ _time: time(0), count: 1 }, ...body] : body;
    const reply = await caller.send("operator", `PUT ${pathOf(asset)}`, rows);
    assert.equal(reply.status, 400, JSON.stringify(body));
  }
  const { json } = await caller.send("viewer", `GET ${pathOf(asset)}?from=${time(0)}`);
  assert.deepEqual(json, []);
});

test("a range is deleted by an administrator, after the journal says so", async () => {
  const asset = await newMeter();
  const rows = [0, 1, 2].map((second) => ({ _time: time(second), power: 1 }));
  await caller.send("operator", `PUT ${pathOf(asset)}`, rows);
  const route = `DELETE ${pathOf(asset)}?from=${time(0)}&to=${time(1)}`;
  assert.equal((await caller.send("engineer", route)).status, 403);
  assert.equal((await caller.send("admin", route)).status, 204);
  const { json } = await caller.send("viewer", `GET ${pathOf(asset)}?from=${time(0)}`);
  assert.deepEqual(
    json.map(({ _time }: { _time: string }) => _time),
    [time(2)],
  );
  const { items } = (await house.send("admin", "GET /journal?kind=history.deleted")).json;
  const { asset: path, ...said } = items[0].detail;
  assert.match(path, /Meter/);
  assert.deepEqual(said, { aspect: "energy", from: time(0), to: time(1), samples: 2 });
});

test("whoever watches a variable is told what was deleted, and sees its newest sample no more", async () => {
  const asset = await newMeter();
  const rows = [0, 1, 2].map((second) => ({ _time: time(second), power: second, on: true }));
  await caller.send("operator", `PUT ${pathOf(asset)}`, rows);
  const { json } = await house.send("viewer", `GET /points?assetId=${assetOfKey(asset)}`);
  const ids: string[] = json.items
    .filter(({ latest }: PointReply) => latest !== null)
    .map(({ id }: PointReply) => id);
  assert.equal(ids.length, 2);
  const first = await Stream.open(ids);
  assert.equal((await first.until("values")).split(time(2)).length, 3, "both at the newest time");
  await caller.send("admin", `DELETE ${pathOf(asset)}?from=${time(1)}&to=${time(2)}`);
  for (const id of ids) assert.match(await first.until(`point:${id}`), /"history.deleted"/);
  const next = await Stream.open(ids);
  const values = await next.until("values");
  assert.equal(values.split(time(0)).length, 3, values);
  for (const stream of [first, next]) await stream.close();
});

test("an unknown asset, aspect or variable is told; a static aspect has no series", async () => {
  const asset = await newMeter();
  const get = async (path: string) => (await caller.send("viewer", `GET ${path}`)).status;
  const base = "/api/iottimeseries/v3/timeseries";
  assert.equal(await get(`${base}/${"0".repeat(31)}1/energy`), 404);
  assert.equal(await get(`${base}/${asset}/none`), 404);
  assert.equal(await get(`${base}/${asset}/plate`), 400);
  assert.equal(await get(`${pathOf(asset)}?select=none`), 400);
  assert.equal(await get(`${pathOf(asset)}?from=${time(1)}&to=${time(0)}`), 400);
  assert.equal(await get(`${pathOf(asset)}?from=${time(1)}&limit=0`), 400);
});

test("what is written here is seen live and on our own API", async () => {
  const asset = await newMeter();
  await caller.send("operator", `PUT ${pathOf(asset)}`, [{ _time: time(0), power: 42 }]);
  const { json } = await house.send("viewer", "GET /points?search=power");
  const values = json.items.map(
    ({ latest }: { latest: { value: number } | null }) => latest?.value,
  );
  assert.ok(values.includes(42), JSON.stringify(json.items[0]));
});

/** What a viewer hears of some points, as server-sent events. */
class Stream {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #heard = "";

  private constructor(reader: ReadableStreamDefaultReader<Uint8Array>) {
    this.#reader = reader;
  }

  static async open(ids: readonly string[]): Promise<Stream> {
    const headers = { authorization: `Bearer ${house.tokens.viewer}` };
    const response = await fetch(`${house.url}/api/v1/stream?points=${ids}`, { headers });
    assert.ok(response.body);
    return new Stream(response.body.getReader());
  }

  /** The event that has these words; others stay to be asked for. */
  async until(words: string): Promise<string> {
    for (;;) {
      const events = this.#heard.split("\n\n").slice(0, -1);
      const found = events.find((event) => event.includes(words));
      if (found !== undefined) return found;
      const { value, done } = await this.#reader.read();
      assert.equal(done, false, `the stream ended before '${words}'`);
      this.#heard += Buffer.from(value ?? []).toString();
    }
  }

  close(): Promise<void> {
    return this.#reader.cancel();
  }
}
