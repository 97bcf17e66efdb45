import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Series } from "../src/domain/brand.ts";
import { SamplesBuilder } from "../src/domain/samples.ts";
import { PROFILES } from "../src/historian/embedded/embedded.ts";
import { Engine } from "../src/historian/embedded/engine/engine.ts";
import { QUIET } from "../src/historian/embedded/engine/quiet-tale.ts";
import { diskFiles, type Files } from "../src/historian/embedded/log/files.ts";
import { assert } from "../src/lib/assert.ts";
import { chances } from "../src/lib/chance.ts";
import { silentLog } from "../src/lib/log.ts";
import { openSqlite } from "../src/lib/sqlite.ts";
import { CountingDevice } from "../test/counting-device.ts";
import { House } from "../test/house.ts";
import { printTable, residentMegabytes, rounded } from "./measure.ts";

// What a gateway's card has to bear, and how much memory it takes. Of the log each page of 4 KiB is
// counted that a commit touches, for it is written again; of the database, what SQLite wrote.
// `write_bytes` of the kernel will not do: it counts the whole of a large page for each byte in it.

const SERIES = 200;
const SAMPLES = 500_000;
const RATES = [20, 200, 2_000];
const INTERVALS_S = [1, 5];
const PAGE_BYTES = 4_096;
const START = Date.UTC(2026, 0, 1);

const rows: Record<string, string | number>[] = [];
for (const rate of RATES) {
  for (const seconds of INTERVALS_S) {
    const bytes = await bytesPerSample(rate * seconds, rate);
    rows.push({
      "samples a second": rate,
      "a commit each": `${seconds} s`,
      "bytes written a sample": rounded(bytes),
      "MB an hour": rounded((bytes * rate * 3_600) / 1e6),
    });
  }
}
printTable(rows);
await memory();

async function bytesPerSample(samplesPerCommit: number, rate: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "wear-"));
  const log = { pages: 0, bytes: 0 };
  const engine = openEngine(folder, log);
  const random = chances(5);
  const before = bytesWritten();
  const batch = new SamplesBuilder();
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const at = START + Math.floor((sample * 1_000) / rate);
    const series = (1 + (sample % SERIES)) as Series;
    batch.add(series, at, Math.round(200 + 10 * random()) / 10, "good");
    if (batch.count < samplesPerCommit) continue;
    await engine.append(batch.take());
    while (engine.work(10) === 0);
  }
  await engine.close();
  const database = bytesWritten() - before - log.bytes;
  rmSync(folder, { recursive: true });
  return (log.pages * PAGE_BYTES + database) / SAMPLES;
}

/** The engine of a gateway, without its thread. */
function openEngine(folder: string, log: { pages: number; bytes: number }): Engine {
  const files: Files = {
    ...diskFiles,
    write(file, bytes, position) {
      const last = Math.ceil((position + bytes.length) / PAGE_BYTES);
      log.pages += last - Math.floor(position / PAGE_BYTES);
      log.bytes += bytes.length;
      diskFiles.write(file, bytes, position);
    },
  };
  const sizes = { rowsFirst: 65_536, chunkSamples: 1_024, outboxBytes: 1e9 };
  const { segmentBytes, rowsMax } = PROFILES.gateway;
  const parts = { log: silentLog, files, monotonic: () => performance.now() };
  const own = { ...parts, ...QUIET, checkpoint: async () => checkpoint(folder) };
  const opened = Engine.open({ folder, ...sizes, segmentBytes, rowsMax }, own);
  assert(opened.ok, "the folder opens");
  return opened.value;
}

function checkpoint(folder: string): void {
  const database = openSqlite(join(folder, "history.db"));
  database.exec("PRAGMA wal_checkpoint(PASSIVE)");
  database.close();
}

function bytesWritten(): number {
  return Number(/^wchar: (\d+)/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
}

async function memory(): Promise<void> {
  const house = await (await House.open(["gateway", "--commit-ms", "20"])).signIn();
  const idle = rounded(residentMegabytes(house.pid));
  const device = await CountingDevice.enter(house);
  await device.send(100_000);
  const busy = rounded(residentMegabytes(house.pid));
  console.log(`\nfieldline gateway: ${idle} MB after its start, ${busy} MB after 100,000 messages`);
  await house.close();
}
