import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEmbeddedHistorian } from "../src/historian/embedded/embedded.ts";
import type { Historian } from "../src/historian/historian.ts";
import { silentLog as log } from "../src/lib/log.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite.ts";
import type { Store } from "../src/store/store.ts";

export type Engines = {
  readonly historian: Historian;
  readonly store: Store;
  /** They and all that they have kept are gone then. */
  readonly close: () => Promise<void>;
};

/** The real historian and the real store, empty, in a folder of their own. */
export async function openEngines(): Promise<Engines> {
  const folder = mkdtempSync(join(tmpdir(), "fieldline-engines-"));
  const historian = await openEmbeddedHistorian({ folder: join(folder, "history") }, { log });
  const store = await openSqliteStore({ file: join(folder, "fieldline.db") }, { log });
  assert.ok(historian.ok && store.ok);
  return {
    historian: historian.value,
    store: store.value,
    async close() {
      await historian.value.close();
      await store.value.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
