// Asks the compiled history all that makes columns cross between its threads; told to "transfer", it
// does so at the end, for whoever looks for that. What V8 says of it is on stdout, from the moment on
// in which the sources of this program are loaded. Arguments: folder, profile, and "transfer".
import { once } from "node:events";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import { batchOf, ramp, START } from "../src/historian/tale.ts";
import { assert } from "../src/lib/assert.ts";
import { silentLog } from "../src/lib/log.ts";

type Door = typeof import("../src/historian/embedded/embedded.ts");

const COMPILED = new URL("../dist/program/embedded.js", import.meta.url).href;
const ROWS = 20_000;
const SMALL = { rowsFirst: 500, rowsMax: 2_000, segmentBytes: 65_536, chunkSamples: 64 };
const DAY_MS = 86_400_000;
const KEPT = { rawMs: DAY_MS, hourlyMs: null, dailyMs: null };

const [folder = "", profile, wish] = process.argv.slice(2);
const { openEmbeddedHistorian }: Door = await import(COMPILED);
setFlagsFromString("--trace-protector-invalidation");
const opened = await openEmbeddedHistorian(
  { folder, profile: profile === "gateway" ? "gateway" : "server", ...SMALL, commitEveryMs: 0 },
  { log: silentLog },
);
assert(opened.ok, "the folder opens");
const historian = opened.value;
const { outbox } = historian;
assert(outbox, "it has an outbox");
await outbox.follow("there");
const rows = ramp(ROWS);
// More than a tray holds, then many that find no tray free, then a few.
await historian.append(batchOf(rows));
await Promise.all(
  Array.from({ length: 40 }, (_, part) =>
    historian.append(batchOf(rows.slice(part * 500, part * 500 + 500))),
  ),
);
for (let row = 0; row < ROWS; row += 1_000) {
  await historian.append(batchOf(rows.slice(row, row + 50)));
}
const series = Uint32Array.of(1);
const span = { from: START, to: START + ROWS };
await historian.latest(series);
await historian.range({ series: 1, ...span, limit: ROWS });
await historian.aggregate({ series, ...span, by: { buckets: 100 }, weighted: true });
const { sequence } = await outbox.arrivals({ target: "there", after: 0, samplesMax: ROWS });
await outbox.take("there", sequence);
await historian.deleteRange({ series: 1, from: START, to: START + 1 });
await (await historian.hold?.())?.release();
await historian.retire(START + 3 * DAY_MS, KEPT);
await historian.remains?.of(1);
await historian.close();
if (wish === "transfer") await transfer();
console.log("all was asked");

async function transfer(): Promise<void> {
  const code = `const { parentPort } = require("node:worker_threads");
    const { buffer } = new Uint8Array(8);
    parentPort.postMessage(buffer, [buffer]);`;
  await once(new Worker(code, { eval: true }), "message");
}
