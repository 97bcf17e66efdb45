import assert from "node:assert/strict";
import { silentLog } from "../lib/log.ts";
import { testHistorian } from "./conformance.ts";
import { openEmbeddedHistorian } from "./embedded/embedded.ts";

testHistorian({
  name: "embedded",
  async open(folder) {
    const opened = await openEmbeddedHistorian({ folder }, { log: silentLog });
    assert.ok(opened.ok, JSON.stringify(opened));
    return opened.value;
  },
});
