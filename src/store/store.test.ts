import assert from "node:assert/strict";
import { join } from "node:path";
import { silentLog } from "../lib/log.ts";
import { storeConformance } from "./conformance.ts";
import { openSqliteStore } from "./sqlite/sqlite.ts";

storeConformance("sqlite", async (folder) => {
  const opened = await openSqliteStore({ file: join(folder, "store.db") }, { log: silentLog });
  assert.ok(opened.ok);
  return opened.value;
});
