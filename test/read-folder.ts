import { Engine } from "../src/historian/embedded/engine/engine.ts";
import { QUIET } from "../src/historian/embedded/engine/quiet-tale.ts";
import { diskFiles } from "../src/historian/embedded/log/files.ts";
import type { RangeQuery } from "../src/historian/historian.ts";
import { jsonLog } from "../src/lib/log.ts";

const SIZES = { rowsFirst: 2_000, rowsMax: 2_000, segmentBytes: 32_768, chunkSamples: 64 };
const NOTHING = {
  count: 0,
  series: new Uint32Array(0),
  at: new Float64Array(0),
  value: new Float64Array(0),
  kind: new Uint8Array(0),
  quality: new Uint8Array(0),
  texts: [],
};

/**
 * A folder that a process left, opened by the engine without its thread, which is quicker. What is
 * wrong is in `said`, a line each; a series that cannot be read has nothing. Undefined where the
 * folder does not open.
 */
export function openFolder(folder: string) {
  const said: string[] = [];
  const log = jsonLog(
    (line) => said.push(line),
    "warn",
    () => 0,
  );
  const parts = { log, files: diskFiles, monotonic: () => performance.now(), ...QUIET };
  const opened = Engine.open({ folder, ...SIZES, outboxBytes: 1e9 }, parts);
  if (!opened.ok) return undefined;
  const range = async (query: RangeQuery) => {
    try {
      return opened.value.range(query);
    } catch (reason) {
      said.push(String(reason));
      return NOTHING;
    }
  };
  return { said, range, close: () => opened.value.close() };
}
