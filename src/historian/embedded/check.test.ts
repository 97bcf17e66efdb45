import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { silentLog } from "../../lib/log.ts";
import { openSqlite } from "../../lib/sqlite.ts";
import { batchOf, inFolder, ramp } from "../tale.ts";
import { checkFolder } from "./check.ts";
import { openEmbeddedHistorian } from "./embedded.ts";

const FOR_GOOD = { rawMs: null, hourlyMs: null };

test("a folder is read through, and each fault in it is told", () =>
  inFolder(async (folder) => {
    const opened = await openEmbeddedHistorian({ folder }, { log: silentLog });
    assert.ok(opened.ok);
    await opened.value.append(batchOf(ramp(3_000)));
    await opened.value.retire(0, FOR_GOOD);
    await opened.value.append(batchOf(ramp(10)));
    const busy = checkFolder(folder);
    assert.equal(busy.ok || busy.problem.code, "folder_in_use");
    await opened.value.close();
    const well = checkFolder(folder);
    assert.deepEqual(well, {
      ok: true,
      value: { chunks: 3, samples: 3_000, records: 1, faults: [] },
    });

    const database = openSqlite(join(folder, "history.db"));
    database.exec("UPDATE chunk SET data = CAST(x'01' || zeroblob(20) AS BLOB) WHERE id = 1");
    database.exec("UPDATE chunk SET sum = sum + 1 WHERE id = 2");
    database.close();
    const ill = checkFolder(folder);
    assert.ok(ill.ok);
    assert.match(ill.value.faults[0] ?? "", /its bytes are damaged/);
    assert.match(ill.value.faults[1] ?? "", /its summary disagrees/);
    assert.equal(ill.value.faults.length, 2);
  }));
