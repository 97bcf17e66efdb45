import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";
import type { Series } from "../domain/brand.ts";
import type { Point } from "../domain/model.ts";
import { TestClock } from "../lib/clock.ts";

const START = Date.UTC(2026, 0, 1);

let house: ApiHouse;
let points: readonly Point[];
const clock = new TestClock(START);
before(async () => {
  house = await ApiHouse.open({}, clock);
  points = await house.manyPoints(3);
});
after(() => house.close());

test("a stream begins with the newest values and goes on with what is stored", async () => {
  const [a, b] = points;
  assert.ok(a && b);
  await house.keep(a.series, [[START, 1.5]]);
  const stream = await open(`points=${a.id},${b.id}&rate=10`);
  assert.match(stream.contentType, /^text\/event-stream/);
  assert.deepEqual(await stream.next("clock"), { now: "2026-01-01T00:00:00.000Z" });
  assert.deepEqual(await stream.next("values"), [
    { point: a.id, at: "2026-01-01T00:00:00.000Z", value: 1.5, quality: "good" },
  ]);
  clock.advance(100);
  await house.keep(b.series, [[START + 1_000, "open"]]);
  assert.deepEqual(await stream.next("values"), [
    { point: b.id, at: "2026-01-01T00:00:01.000Z", value: "open", quality: "good" },
  ]);
  clock.advance(100);
  await house.keep(b.series, [[START + 2_000, true]]);
  const [row] = (await stream.next("values")) as { value: unknown }[];
  assert.equal(row?.value, true);
  await stream.close();
});

test("a stream tells a status word where it says more than the quality", async () => {
  const { id, series } = points[2] as Point;
  const { statusSeries } = house.parts.ingest;
  await statusSeries.give([series]);
  await house.keep(series, [[START, 1]]);
  await house.keep(statusSeries.of(series) as Series, [[START, 3_080_192]]);
  const stream = await open(`points=${id}&rate=10`);
  const [row] = (await stream.next("values")) as { statusWord?: number }[];
  assert.equal(row?.statusWord, 3_080_192);
  await stream.close();
});

test("a stream tells events, and the clock every five seconds", async () => {
  const stream = await open(`points=${points[0]?.id}`);
  await stream.next("clock");
  house.tellChanged("asset:1");
  assert.deepEqual(await stream.next("event"), {
    kind: "model.changed",
    subject: "asset:1",
    detail: {},
  });
  clock.advance(5_000);
  assert.deepEqual(await stream.next("clock"), { now: new Date(clock.now()).toISOString() });
  await stream.close();
});

test("a stream that nobody reads any more costs nothing", async () => {
  const stream = await open(`points=${points[0]?.id}`);
  await stream.next("clock");
  await stream.close();
  clock.advance(60_000);
  assert.deepEqual(house.logged, []);
});

test("a stream ends when its reader may no longer look, and after an hour anyway", async () => {
  const wish = { name: "brief", role: "viewer" };
  const made = await house.send("admin", "POST /tokens", wish);
  const lost = await open(`points=${points[0]?.id}`, made.json.token);
  await house.send("admin", `DELETE /tokens/${made.json.item.id}`);
  assert.equal(await lost.end(), "ended");
  const long = await open(`points=${points[0]?.id}`);
  clock.advance(60 * 60_000);
  assert.equal(await long.end(), "ended");
});

test("a stream of points that do not exist is refused before it begins", async () => {
  const none = await house.send("viewer", "GET /stream?points=none");
  assert.equal(none.json.code, "point_unknown");
  const fast = await house.send("viewer", "GET /stream?points=x&rate=1000");
  assert.equal(fast.json.code, "request_invalid");
  const many = Array.from({ length: 201 }, (_, row) => row.toString(36)).join(",");
  const much = await house.send("viewer", `GET /stream?points=${many}`);
  assert.equal(much.json?.code, "query_too_large", much.text);
});

/** Reads server-sent events one by one. */
async function open(query: string, token = house.tokens.viewer) {
  const response = await fetch(`${house.url}/api/v1/stream?${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  assert.equal(response.status, 200);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  assert.ok(reader);
  let text = "";
  const next = async (kind: string): Promise<unknown> => {
    for (;;) {
      const found = new RegExp(`event: ${kind}\ndata: (.*)\n\n`).exec(text);
      if (found) {
        text = text.slice(0, found.index) + text.slice(found.index + found[0].length);
        return JSON.parse(found[1] ?? "");
      }
      const { value, done } = await reader.read();
      assert.ok(!done, "the stream ended");
      text += value;
    }
  };
  const end = async () => {
    while (!(await reader.read()).done);
    return "ended";
  };
  const contentType = response.headers.get("content-type") ?? "";
  return { contentType, next, end, close: () => reader.cancel() };
}
