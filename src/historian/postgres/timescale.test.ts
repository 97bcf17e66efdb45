import assert from "node:assert/strict";
import { after } from "node:test";
import { silentLog } from "../../lib/log.ts";
import { testHistorian } from "../conformance.ts";
import { Timescale } from "./pglite.ts";
import { openHistorianOn } from "./postgres.ts";

const timescale = await Timescale.open();
after(() => timescale.close());

testHistorian({
  name: "TimescaleDB",
  open: async (folder) => {
    const opened = await openHistorianOn(await timescale.database(folder), { log: silentLog });
    assert.ok(opened.ok, JSON.stringify(opened));
    return opened.value;
  },
});
