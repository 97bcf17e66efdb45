import { on } from "node:events";
import { parentPort, workerData } from "node:worker_threads";
import { assert } from "../lib/assert.ts";
import { parquetRows, parquetShape } from "../lib/parquet.ts";
import type { ParquetRow, ParquetWord } from "./parquet-rows.ts";

/** As many as a walk reads in one turn. */
const ROWS_AT_ONCE = 512;

/** Reads the file that it was started with; it is ended from outside. */
async function read(path: string): Promise<void> {
  const { port, asked } = caller();
  const say = (word: ParquetWord) => port.postMessage(word);
  try {
    const shape = await parquetShape(path);
    say({ say: "shape", shape });
    for await (const rows of piecesOf(path, shape.columns)) {
      await asked();
      say({ say: "rows", rows });
    }
    await asked();
    say({ say: "rows", rows: [] });
  } catch (reason) {
    say({ say: "failed", reason: reason instanceof Error ? reason.message : String(reason) });
  }
}

/** What is asked while a group is unpacked waits. */
function caller() {
  assert(parentPort, "this file is run as a thread");
  const asks = on(parentPort, "message");
  return { port: parentPort, asked: () => asks.next() };
}

async function* piecesOf(path: string, columns: readonly string[]): AsyncGenerator<ParquetRow[]> {
  let rows: ParquetRow[] = [];
  for await (const row of parquetRows(path)) {
    rows.push(columns.map((name) => row[name]));
    if (rows.length < ROWS_AT_ONCE) continue;
    yield rows;
    rows = [];
  }
  if (rows.length > 0) yield rows;
}

void read(workerData as string);
