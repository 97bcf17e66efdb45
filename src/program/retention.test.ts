import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Series } from "../domain/brand.ts";
import { SamplesBuilder } from "../domain/samples.ts";
import { openEmbeddedHistorian } from "../historian/embedded/embedded.ts";
import type { Historian } from "../historian/historian.ts";
import { TestClock } from "../lib/clock.ts";
import { Closer } from "../lib/closer.ts";
import { silentLog } from "../lib/log.ts";
import { readConfig } from "./config.ts";
import { startRetention } from "./retention.ts";

const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 0, 1);
const folder = mkdtempSync(join(tmpdir(), "retention-"));
const closer = new Closer();
after(async () => {
  await closer.closeAll();
  rmSync(folder, { recursive: true });
});

test("days that are over leave soon after a start; a clock that was set ahead takes nothing", async () => {
  const opened = await openEmbeddedHistorian({ folder }, { log: silentLog });
  assert.ok(opened.ok);
  const historian = opened.value;
  closer.add("historian", () => historian.close());
  const config = readConfig({ options: { "keep-raw": "2" }, environment: {}, file: {} });
  assert.ok(config.ok);
  const clock = new TestClock(START + 5 * 365 * 24 * HOUR_MS);
  let asOf = Number.NaN;
  let noteRetired = () => {};
  const retired = new Promise<void>((resolve) => {
    noteRetired = resolve;
  });
  const watched: Pick<Historian, "stats" | "retire"> = {
    stats: () => historian.stats(),
    async retire(now, fallback) {
      asOf = now;
      await historian.retire(now, fallback);
      noteRetired();
    },
  };
  startRetention({ historian: watched, clock, log: silentLog }, config.value, closer);

  const builder = new SamplesBuilder();
  for (let minute = 0; minute < 4 * 24 * 60; minute += 1) {
    builder.add(1 as Series, START + minute * 60_000, minute, "good");
  }
  await historian.append(builder.take());
  // A gateway that is switched off every few minutes lets go of them, too.
  clock.advance(60_000);
  await retired;
  const everything = { from: START, to: START + 96 * HOUR_MS };
  const samples = await historian.range({ series: 1, ...everything, limit: 10_000 });
  assert.ok(samples.count >= 2 * 24 * 60 && samples.count < 3 * 24 * 60, `${samples.count} left`);
  const asked = { series: Uint32Array.of(1), ...everything, by: { everyMs: HOUR_MS } };
  const [hours] = await historian.aggregate(asked);
  assert.ok(hours?.count.every((count) => count === 60));
  assert.equal(asOf, START + 96 * HOUR_MS - 60_000, "the newest sample, not the clock, says when");
});
