import assert from "node:assert/strict";
import { silentLog } from "../lib/log.ts";
import { testHistorian } from "./conformance.ts";
import { openEmbeddedHistorian } from "./embedded/embedded.ts";

testHistorian({
  name: "embedded, written",
  async open(folder) {
    const options = { folder, durability: "written" } as const;
    const opened = await openEmbeddedHistorian(options, { log: silentLog });
    assert.ok(opened.ok, JSON.stringify(opened));
    return opened.value;
  },
});
