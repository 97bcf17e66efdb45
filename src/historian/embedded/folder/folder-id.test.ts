import assert from "node:assert/strict";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { silentLog } from "../../../lib/log.ts";
import { batchOf, inFolder, ramp } from "../../tale.ts";
import { Engine } from "../engine/engine.ts";
import { ofSeriesOne, openEngine, PARTS, SIZES } from "../engine/engine-tale.ts";
import { diskFiles } from "../log/files.ts";
import { checkFolder } from "./check.ts";

const parts = { ...PARTS, files: diskFiles, log: silentLog };

async function filled(folder: string, rows: number): Promise<void> {
  const engine = openEngine(folder);
  await engine.append(batchOf(ramp(rows)));
  await engine.close();
}

test("the log of another folder is refused, and the own one is taken again", () =>
  inFolder(async (folder) => {
    const [own, other] = [join(folder, "own"), join(folder, "other")];
    await filled(own, 10);
    await filled(other, 70);
    cpSync(join(own, "log"), join(folder, "kept"), { recursive: true });
    rmSync(join(own, "log"), { recursive: true });
    cpSync(join(other, "log"), join(own, "log"), { recursive: true });
    for (let round = 0; round < 2; round += 1) {
      const opened = Engine.open({ folder: own, ...SIZES }, parts);
      assert.equal(!opened.ok && opened.problem.code, "folder_mixed");
    }
    const checked = checkFolder(own);
    assert.ok(checked.ok);
    assert.match(checked.value.faults[0] ?? "", /of two data folders/);

    rmSync(join(own, "log"), { recursive: true });
    cpSync(join(folder, "kept"), join(own, "log"), { recursive: true });
    const engine = openEngine(own);
    assert.deepEqual(ofSeriesOne(engine), ramp(10));
    await engine.close();
  }));

test("a log that does not say whose it is gets to know, and so does a database", () =>
  inFolder(async (folder) => {
    const [own, other] = [join(folder, "own"), join(folder, "other")];
    await filled(own, 10);
    await filled(other, 70);
    rmSync(join(own, "log/folder.id"));
    await filled(own, 20);
    cpSync(join(other, "log/folder.id"), join(own, "log/folder.id"));
    const opened = Engine.open({ folder: own, ...SIZES }, parts);
    assert.equal(!opened.ok && opened.problem.code, "folder_mixed");

    // The database is gone: the one that is made anew is of the same folder.
    rmSync(join(other, "history.db"));
    await filled(other, 70);
    rmSync(join(own, "log/folder.id"));
    await filled(own, 20);
    cpSync(join(own, "log/folder.id"), join(other, "log/folder.id"));
    const again = Engine.open({ folder: other, ...SIZES }, parts);
    assert.equal(!again.ok && again.problem.code, "folder_mixed");
  }));
