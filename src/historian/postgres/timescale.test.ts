import assert from "node:assert/strict";
import { after, test } from "node:test";
import { silentLog } from "../../lib/log.ts";
import { testHistorian } from "../conformance.ts";
import { allOf, batchOf, ramp, START } from "../tale.ts";
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

test("what is compressed is corrected, added to and deleted like the rest", async () => {
  const database = await timescale.database("compressed");
  const opened = await openHistorianOn(database, { log: silentLog });
  assert.ok(opened.ok);
  const historian = opened.value;
  await historian.append(batchOf(ramp(300)));
  const chunks = "SELECT compress_chunk(chunk) FROM show_chunks('fieldline.sample') AS chunk";
  await database.write((session) => session.run(chunks));
  const corrected = ramp(300).map((row) => ({ ...row, value: -1 }));
  await historian.append(batchOf(corrected.slice(0, 100)));
  await historian.append(batchOf(ramp(310).slice(300)));
  await historian.deleteRange({ series: 1, from: START + 150, to: START + 200 });
  const expected = [
    ...corrected.slice(0, 100),
    ...ramp(310).slice(100, 150),
    ...ramp(310).slice(200),
  ];
  assert.deepEqual(await allOf(historian, 1), expected);
});
