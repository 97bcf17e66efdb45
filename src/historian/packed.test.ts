import assert from "node:assert/strict";
import { silentLog } from "../lib/log.ts";
import { testHistorian } from "./conformance.ts";
import { openEmbeddedHistorian } from "./embedded/embedded.ts";

/** All threads, so small that one of them packs nearly always. */
const TINY = { rowsFirst: 64, rowsMax: 64, segmentBytes: 16_384, chunkSamples: 16 };

testHistorian({
  name: "embedded, packed while it is read",
  async open(folder) {
    const opened = await openEmbeddedHistorian({ folder, ...TINY }, { log: silentLog });
    assert.ok(opened.ok, JSON.stringify(opened));
    return opened.value;
  },
});
