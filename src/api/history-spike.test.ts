import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";
import { SamplesBuilder } from "../domain/samples.ts";

const START = Date.UTC(2026, 0, 1);
const SAMPLES = 1_000_000;
const BATCH = 100_000;
const BUCKETS = 480;
const SPIKES = new Map([
  [123_456, 500],
  [654_321, -500],
]);

test("of a million samples each one that stands out is in the answer for a chart", async () => {
  const api = await ApiHouse.open();
  const [point] = await api.manyPoints(1);
  assert.ok(point);
  const batch = new SamplesBuilder(BATCH);
  for (let row = 0; row < SAMPLES; row += 1) {
    batch.add(point.series, START + row * 100, SPIKES.get(row) ?? 50 + (row % 2), "good");
    if (batch.count === BATCH) await api.parts.historian.append(batch.take());
  }
  const span = `from=${START}&to=${START + SAMPLES * 100}&buckets=${BUCKETS}`;
  const route = `GET /history/aggregate?points=${point.id}&${span}&fns=min,max,avg`;
  const { min, max, avg } = (await api.send("viewer", route)).json.items[0].columns;
  for (const [row, value] of SPIKES) {
    const bucket = Math.floor((row * BUCKETS) / SAMPLES);
    assert.equal((value > 51 ? max : min)[bucket], value);
    assert.ok(Math.abs(avg[bucket] - 50.5) < 1, "its mean says nothing of it");
    [min[bucket], max[bucket]] = [50, 51];
  }
  assert.deepEqual(new Set(min), new Set([50]), "all others are as they were");
  assert.deepEqual(new Set(max), new Set([51]));
  await api.close();
});
