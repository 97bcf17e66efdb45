import assert from "node:assert/strict";
import { test } from "node:test";
import { Above, append, DOWN, opened, started, trace, until } from "../../test/lanes-tale.ts";
import { batchOf, inFolder, row, START } from "../historian/tale.ts";

test("what comes now goes up before what waited, and that is said to be late", () =>
  inFolder(async (folder) => {
    const { historian, server, uplink } = await backFromOutage(folder, 4_000, 1);
    await until(() => uplink.state.fillingUp !== null && server.heard.length > 0);
    await append(historian, 4_000, 4_010);
    await until(() => server.has(1, 4_005));
    assert.ok(!server.has(1, 3_000), "what waited is still on its way");
    assert.ok(uplink.state.isUp && uplink.state.fillingUp);
    assert.equal(server.heard[0]?.at, START + 3_999, "the newest of what waited is told first");
    await until(() => uplink.state.waiting.samples === 0);
    assert.equal(uplink.state.fillingUp, null);
    const late = server.heard.filter(({ isLate }) => isLate).map(({ at }) => at - START);
    assert.ok(Math.max(...late) < 4_000);
    assert.deepEqual(
      late.slice(1),
      Array.from({ length: 4_000 }, (_, at) => at),
    );
    await uplink.close();
    await historian.close();
  }));

test("a value that is written again stays as it was written last, whichever lane it takes", () =>
  inFolder(async (folder) => {
    const { historian, server, uplink } = await backFromOutage(folder, 400, 2);
    await until(() => server.heard.length > 0);
    await historian.append(batchOf([row(1, 390, "corrected"), row(1, 500, "newer")]));
    await until(() => server.has(1, 500));
    assert.notEqual(server.valueOf(1, 390), "corrected");
    await until(() => uplink.state.waiting.samples === 0);
    assert.equal(server.valueOf(1, 390), "corrected");
    await uplink.close();
    await historian.close();
  }));

test("what a full outbox has dropped meanwhile is not asked for again", () =>
  inFolder(async (folder) => {
    const historian = await opened(folder);
    const server = new Above();
    server.trouble = DOWN;
    const uplink = await started(historian, server);
    const taken = (await historian.outbox?.follow("uplink")) ?? 0;
    await append(historian, 0, 100);
    await append(historian, 100, 200);
    await historian.outbox?.take("uplink", taken + 1); // As where it drops the oldest.
    server.trouble = null;
    await until(() => server.has(1, 199) && uplink.state.waiting.samples === 0);
    const times = new Set(server.heard.map(({ at }) => at - START));
    assert.deepEqual([times.has(0), times.has(99), times.has(100)], [false, false, true]);
    await uplink.close();
    await historian.close();
  }));

test("after a restart what has overtaken does not go up again", () =>
  inFolder(async (folder) => {
    const { historian, server, uplink } = await backFromOutage(folder, 1_000, 10);
    await until(() => server.heard.length > 0);
    await append(historian, 1_000, 1_010);
    await until(() => server.has(1, 1_009));
    await uplink.close();
    assert.ok(!server.has(1, 900));
    const again = await started(historian, server);
    await until(() => again.state.isUp && again.state.waiting.samples === 0);
    const times = server.heard.map(({ at }) => at - START).filter((at) => at < 1_009);
    assert.deepEqual(new Set(times).size, 1_009);
    assert.ok(times.length <= 1_009 + 1, "the newest before the restart, and nothing else twice");
    await again.close();
    await historian.close();
  }));

for (const seed of [1, 2, 3, 4]) {
  test(`cuts, lost acknowledgements and restarts leave the server with all of it (${seed})`, () =>
    inFolder((folder) => trace(folder, seed)));
}

/** So many samples have waited for a server that is there again, and takes its time a message. */
async function backFromOutage(folder: string, samples: number, pauseMs: number) {
  const historian = await opened(folder);
  const server = new Above();
  server.trouble = DOWN;
  const uplink = await started(historian, server);
  for (let at = 0; at < samples; at += 20) await append(historian, at, at + 20);
  server.trouble = null;
  // Live messages come between those of what waited.
  server.pause = () => new Promise((resolve) => setTimeout(resolve, pauseMs));
  return { historian, server, uplink };
}
