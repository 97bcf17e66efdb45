import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { jsonLog, silentLog } from "../../../lib/log.ts";
import { openSqlite } from "../../../lib/sqlite.ts";
import { type Damaged, UnreadableError } from "../../historian.ts";
import { batchOf, inFolder, ramp, row, rowsOf, START } from "../../tale.ts";
import { openEmbeddedHistorian } from "../embedded.ts";
import { checkFolder } from "../folder/check.ts";
import { loseNewestPage } from "./pages-tale.ts";

const ROWS = 4_000;
const ALL = { series: 1, from: 0, to: Number.MAX_VALUE };
/** Chunks that take several pages. */
const MANY = 40_000;
const SIZES = { rowsFirst: 500, rowsMax: 500, segmentBytes: 65_536, chunkSamples: 64 };

/** Some chunks of series 1 are no longer what was written; gives the ends of these. */
function damage(folder: string, place: string): readonly (readonly [number, number])[] {
  const disk = openSqlite(join(folder, "history.db"));
  const chunks = disk.prepare("SELECT id, first_at, last_at FROM chunk ORDER BY first_at").all();
  const chosen = [chunks[1], chunks.at(-2)].flatMap((row) => (row ? [row.map(Number)] : []));
  const ids = chosen.map(([id]) => id).join();
  disk.exec(`UPDATE chunk SET data = CAST(${place} AS BLOB) WHERE id IN (${ids})`);
  disk.close();
  return chosen.map(([, from = 0, to = 0]) => [from, to]);
}

const PLACES = {
  head: "substr(data, 1, 9) || x'f5' || substr(data, 11)",
  body: "substr(data, 1, length(data) - 9) || x'f5' || substr(data, length(data) - 7)",
  end: "substr(data, 1, length(data) - 3)",
};

for (const [name, place] of Object.entries(PLACES)) {
  test(`a chunk whose ${name} the disk has changed is put aside and told, and the rest is read`, () =>
    inFolder(async (folder) => {
      const [lines, told]: [string[], Damaged[]] = [[], []];
      const log = jsonLog(
        (line) => void lines.push(line),
        "warn",
        () => 0,
      );
      const onDamaged = (damaged: Damaged) => void told.push(damaged);
      const opened = await openEmbeddedHistorian({ folder, ...SIZES }, { log, onDamaged });
      assert.ok(opened.ok);
      const historian = opened.value;
      await historian.append(batchOf(ramp(ROWS)));
      // What memory held is in chunks behind a deletion.
      await historian.deleteRange({ series: 1, from: START + ROWS - 1, to: START + ROWS });
      const ends = damage(folder, place);
      assert.equal(ends.length, 2);

      const whole = ramp(ROWS - 1);
      const isLost = (time: number) => ends.some(([from, to]) => time >= from && time <= to);
      const rest = whole.filter(({ at }) => !isLost(at));
      const query = { ...ALL, limit: 10_000 };
      assert.deepEqual(rowsOf(await historian.range(query)), rest);
      const sums = { series: Uint32Array.of(1), from: START, to: START + ROWS };
      const [buckets] = await historian.aggregate({ ...sums, by: { buckets: 1 } });
      assert.equal(buckets?.count[0], rest.length);
      assert.deepEqual(
        told.map(({ series, from, to }) => [series, from, to]),
        ends.map(([from, to]) => [1, from, to]),
      );
      assert.equal(lines.filter((line) => line.includes("put aside")).length, 2);

      await historian.append(batchOf(whole.filter(({ at }) => isLost(at))));
      assert.deepEqual(rowsOf(await historian.range(query)), whole, "what comes again is there");
      await historian.close();
      const checked = checkFolder(folder);
      assert.ok(checked.ok);
      assert.equal(checked.value.faults.length, 2);
      assert.match(checked.value.faults.join(), /was put aside as damaged before/);
    }));
}

test("pages of the database that the disk has changed are told, and new samples are taken", () =>
  inFolder(async (folder) => {
    const sizes = { folder, ...SIZES };
    const first = await openEmbeddedHistorian(sizes, { log: silentLog });
    assert.ok(first.ok);
    await first.value.append(batchOf(ramp(MANY)));
    await first.value.deleteRange({ series: 1, from: START, to: START + 1 });
    await first.value.close();
    loseNewestPage(folder);

    const told: string[] = [];
    const onMalformed = (reason: string) => void told.push(reason);
    const again = await openEmbeddedHistorian(sizes, { log: silentLog, onMalformed });
    assert.ok(again.ok, JSON.stringify(again));
    await assert.rejects(again.value.range({ ...ALL, limit: MANY }), UnreadableError);
    assert.match(told.join(), /malformed/);
    await again.value.append(batchOf([row(1, MANY, 7)]));
    await again.value.close();
  }));
