import assert from "node:assert/strict";
import { test } from "node:test";
import { type NewEvent, THE_HOUSE } from "../domain/event.ts";
import { openEmbeddedHistorian } from "../historian/embedded/embedded.ts";
import { batchOf, inFolder, ramp } from "../historian/tale.ts";
import { TestClock } from "../lib/clock.ts";
import { silentLog } from "../lib/log.ts";
import { OutboxWatch } from "./outbox-watch.ts";

const MIB = 2 ** 20;

async function watchIn(folder: string, targets: readonly string[]) {
  const opened = await openEmbeddedHistorian({ folder, profile: "gateway" }, { log: silentLog });
  assert.ok(opened.ok && opened.value.outbox);
  const { value: historian } = opened;
  const events: NewEvent[] = [];
  const parts = {
    historian,
    targets,
    bytesMax: 10 * MIB,
    record: async (event: NewEvent) => events.push(event),
    clock: new TestClock(),
    log: silentLog,
  };
  const watch = new OutboxWatch(parts);
  return { historian, outbox: opened.value.outbox, watch, parts, events };
}

test("what is kept for a target is told before any of it is dropped, once", () =>
  inFolder(async (folder) => {
    const { historian, outbox, watch, parts, events } = await watchIn(folder, [
      "uplink",
      "database",
    ]);
    for (const target of ["uplink", "database"]) await outbox.follow(target);
    const rows = ramp(100_000);
    const append = async () => {
      for (let from = 0; from < rows.length; from += 20_000) {
        await historian.append(batchOf(rows.slice(from, from + 20_000)));
      }
    };
    await append();
    await watch.look();
    assert.deepEqual(watch.reasons, []);
    for (let round = 0; round < 8; round += 1) await append();
    const { sequence, waiting } = await outbox.arrivals({
      ...{ target: "database", after: 0, samplesMax: 0 },
    });
    await outbox.take("database", sequence + waiting);
    await watch.look();
    await watch.look();
    const [reason = "", ...others] = watch.reasons;
    assert.match(reason, /^outbox: \d+ of at most 10 MiB are kept for 'uplink'; .*are dropped$/);
    assert.deepEqual(others, []);
    assert.deepEqual(
      events.map(({ kind, subject }) => [kind, subject]),
      [["outbox.low", "outbox:uplink"]],
    );
    const stats = async () => {
      const told = await historian.stats();
      return { ...told, waiting: told.waiting.map((one) => ({ ...one, dropped: 12 })) };
    };
    const later = new OutboxWatch({ ...parts, historian: { outbox, stats } });
    await later.look();
    assert.match(later.reasons[0] ?? "", /are dropped, 12 so far$/);
    await outbox.take("uplink", sequence + waiting);
    await watch.look();
    assert.deepEqual(watch.reasons, []);
    await historian.close();
  }));

test("a target that nothing is brought to is told, and can be let go; the others cannot", () =>
  inFolder(async (folder) => {
    const { historian, outbox, watch, events } = await watchIn(folder, ["database"]);
    for (const target of ["uplink", "database"]) await outbox.follow(target);
    await historian.append(batchOf(ramp(100)));
    await watch.look();
    assert.match(watch.reasons[0] ?? "", /^outbox: 1 records .* 'uplink', .*give --uplink again/);
    assert.equal(watch.reasons.length, 1);

    const [used, unknown] = [
      await watch.letGo("database", THE_HOUSE),
      await watch.letGo("moon", THE_HOUSE),
    ];
    assert.equal(!used.ok && used.problem.code, "target_in_use");
    assert.equal(!unknown.ok && unknown.problem.code, "target_unknown");
    assert.ok((await watch.letGo("uplink", THE_HOUSE)).ok);
    assert.deepEqual(watch.reasons, []);
    const { waiting } = await historian.stats();
    assert.deepEqual(
      waiting.map(({ target }) => target),
      ["database"],
    );
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ["outbox.let_go"],
    );
    await historian.close();
  }));
