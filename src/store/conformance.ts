import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentId, AssetId, DeviceId, UserId } from "../domain/brand.ts";
import type { Asset } from "../domain/model.ts";
import { ids, inFolder, type That } from "./conformance-scene.ts";
import { together } from "./conformance-together.ts";
import {
  agent,
  asset,
  assetEvent,
  channel,
  device,
  event,
  oneOfEach,
  point,
  putOneOfEach,
  user,
} from "./example.ts";
import type { Store } from "./store.ts";

/** What every store promises; `open` opens the same store again for the same folder. */
export function storeConformance(name: string, open: (folder: string) => Promise<Store>): void {
  const that: That = (claim, check) => {
    void test(`${name}: ${claim}`, (context) => inFolder(context, open, check));
  };

  rows(that);
  order(that);
  changes(that);
  belonging(that);
  together(that);
  series(that);
}

function rows(that: That): void {
  that("a row of every kind comes back as it was, also after a restart", async (first, reopen) => {
    await putOneOfEach(first);
    const before = await oneOfEach(first);
    const after = await oneOfEach(await reopen());
    assert.deepEqual(after, before);
    assert.deepEqual(
      before.map(([kind, found]) => [kind, found.length]),
      before.map(([kind]) => [kind, 1]),
    );
    assert.deepEqual(before.find(([kind]) => kind === "agents")?.[1], [agent("1")]);
    assert.deepEqual(before.find(([kind]) => kind === "channels")?.[1], [channel("1", "1")]);
  });

  that("names and nested values may hold anything that JSON can", async (store) => {
    const value = JSON.parse(
      '{"__proto__":{"polluted":true},"constructor":1,"größe":"½ \\u0000 😀","deep":[[null,-1.5e-9]]}',
    );
    for (const name of ["__proto__", "constructor", "Ölpumpe 😀", "a␀b", "'; DROP TABLE --"]) {
      await store.settings.put({ name, value });
      const found = await store.settings.get(name);
      assert.equal(found?.name, name);
      assert.deepEqual(found?.value, value);
      assert.equal(JSON.stringify(found?.value), JSON.stringify(value));
    }
    assert.deepEqual((await store.settings.get("a\0b"))?.name, "a␀b");
    assert.equal(await store.settings.count(), 5);
    assert.equal(Object.hasOwn(Object.prototype, "polluted"), false);
  });

  that("a key that is not there gives nothing", async (store) => {
    assert.equal(await store.assets.get("nobody"), undefined);
    assert.equal(await store.channels.get(["nobody", "nothing"]), undefined);
    assert.deepEqual(await store.assets.find(), []);
    assert.equal(await store.assets.remove({ id: "nobody" as AssetId }), 0);
  });
}

function order(that: That): void {
  that("rows come in the order of their key, or the other way round", async (store) => {
    await store.assets.put(...["b", "a", "ä", "c"].map((id) => asset(id)));
    assert.deepEqual(ids(await store.assets.find()), ["a", "b", "c", "ä"]);
    assert.deepEqual(ids(await store.assets.find({ descending: true })), ["ä", "c", "b", "a"]);
  });

  that("numbers are ordered as numbers", async (store) => {
    await store.events.put(...[10, 9, 100].map(event));
    const found = await store.events.find({ descending: true, limit: 2 });
    assert.deepEqual(
      found.map(({ sequence }) => sequence),
      [100, 10],
    );
  });

  that("pages follow each other without a gap, in both directions", async (store) => {
    const all = Array.from({ length: 25 }, (_, index) => `a${10 + index}`);
    await store.assets.put(...all.map((id) => asset(id)));
    for (const descending of [false, true]) {
      const seen: string[] = [];
      for (let page = await store.assets.find({ limit: 10, descending }); page.length > 0; ) {
        seen.push(...ids(page));
        page = await store.assets.find({ limit: 10, descending, after: seen.at(-1) ?? "" });
      }
      assert.deepEqual(seen, descending ? all.toReversed() : all);
    }
  });

  that("pages follow a composite key as well", async (store) => {
    await store.devices.put(device("1"), device("2"));
    const all = ["1", "2"].flatMap((of) => ["a", "b"].map((name) => channel(of, name)));
    await store.channels.put(...all.toReversed());
    assert.deepEqual(await store.channels.find(), all);
    assert.deepEqual(await store.channels.find({ after: ["1", "a"], limit: 2 }), all.slice(1, 3));
    assert.deepEqual(await store.channels.get(["2", "a"]), all[2]);
  });

  that("a span of times is found, counted and removed, and pages may be skipped", async (store) => {
    const all = [1, 2, 3, 4, 5].map((at) => assetEvent(`e${9 - at}`, at));
    await store.assetEvents.put(...all);
    const within = { column: "at", from: 2, to: 5 } as const;
    assert.deepEqual(ids(await store.assetEvents.find({ within })), ["e7", "e6", "e5"]);
    const last = await store.assetEvents.find({ within, descending: true, skip: 1, limit: 1 });
    assert.deepEqual(ids(last), ["e6"]);
    assert.equal(await store.assetEvents.count({ isLatest: true }, within), 3);
    assert.equal(await store.assetEvents.count({}, { column: "at", to: 2 }), 1);
    assert.equal(await store.assetEvents.remove({ isLatest: false }, within), 0);
    assert.equal(await store.assetEvents.remove({}, within), 3);
    assert.deepEqual(ids(await store.assetEvents.find({ skip: 1 })), ["e4"]);
  });

  that("a search wants all its columns equal, null and booleans too", async (store) => {
    await store.assets.put(
      asset("root"),
      asset("pump", { parentId: "root" as AssetId }),
      asset("demo", { parentId: "root" as AssetId, demo: true }),
    );
    const found = async (where: Partial<Asset>) => ids(await store.assets.find({ where }));
    assert.deepEqual(await found({ parentId: null }), ["root"]);
    assert.deepEqual(await found({ parentId: "root" as AssetId }), ["demo", "pump"]);
    assert.deepEqual(await found({ parentId: "root" as AssetId, demo: true }), ["demo"]);
    assert.deepEqual(await found({ name: "NAME of pump" }), []);
    assert.equal(await store.assets.count({ demo: false }), 2);
    assert.equal(await store.assets.count(), 3);
  });

  that(
    "rows come by other columns, and pages follow each other in that order too",
    async (store) => {
      const named = (id: string, name: string, revoked = false) =>
        store.agents.put({ ...agent(id), name, clientId: id, tenant: id, revoked });
      await named("1", "b");
      await named("2", "a", true);
      await named("3", "a");
      await named("4", "b");
      await named("5", "c");
      const by = ["revoked", "name"] as const;
      for (const descending of [false, true]) {
        const seen: string[] = [];
        for (let page = await store.agents.find({ by, limit: 2, descending }); page.length > 0; ) {
          seen.push(...ids(page));
          page = await store.agents.find({ by, limit: 2, descending, after: seen.at(-1) ?? "" });
        }
        const wanted = ["3", "1", "4", "5", "2"];
        assert.deepEqual(seen, descending ? wanted.toReversed() : wanted);
      }
      assert.deepEqual(await store.agents.find({ by, after: "nobody" }), []);
    },
  );

  that("a search finds every word in some of the columns, whatever its case", async (store) => {
    await store.assets.put(
      asset("1", { name: "Ölpumpe", description: "Halle 3" }),
      asset("2", { name: "Pumpe", description: "Halle 33, ÖL" }),
      asset("3", { name: "Halle", description: "" }),
    );
    const found = async (words: string) => {
      const search = { columns: ["name", "description"], words } as const;
      const rows = await store.assets.find({ search, limit: 2 });
      assert.equal(await store.assets.count({}, undefined, search), rows.length);
      return ids(rows);
    };
    assert.deepEqual(await found("öl halle"), ["1", "2"]);
    assert.deepEqual(await found("HALLE 33"), ["2"]);
    assert.deepEqual(await found("%"), []);
    assert.deepEqual(await found("pumpe  "), ["1", "2"]);
  });

  that("a nested member is searched for its text, and pages follow", async (store) => {
    const by = (sequence: number, id: string) => ({
      ...event(sequence),
      actor: { kind: "user" as const, id, name: "Ada" },
    });
    await store.events.put(by(1, "a"), by(2, "b"), by(3, "a"), by(4, "a"));
    const member = { column: "actor", name: "id", is: "a" } as const;
    const found = await store.events.find({ member, descending: true, limit: 2 });
    assert.deepEqual(
      found.map(({ sequence }) => sequence),
      [4, 3],
    );
    assert.deepEqual(await store.events.find({ member, after: 1, limit: 1 }), [by(3, "a")]);
    const plain = { ...member, column: "kind" } as const;
    await assert.rejects(store.events.find({ member: plain }), /nested/);
  });

  that("a few columns of many rows are given alone", async (store) => {
    await store.assets.put(asset("1", { demo: true }), asset("2"));
    const where = { demo: true };
    assert.deepEqual(await store.assets.pick(["demo", "id"], { where }), [{ id: "1", demo: true }]);
  });

  that("a search for a column that is not known stops the program", async (store) => {
    const wrong = JSON.parse('{"nonsense":1}');
    await assert.rejects(store.assets.find({ where: wrong }), /nonsense/);
    await assert.rejects(store.assets.remove({ id: undefined as unknown as AssetId }), /whole/);
  });
}

function changes(that: That): void {
  that("a row of the same key is replaced", async (store) => {
    await store.assets.put(asset("1"));
    await store.assets.put(asset("1", { name: "new" }));
    assert.deepEqual(await store.assets.find(), [asset("1", { name: "new" })]);
  });

  that("each change of an agent has the next number, also that of one that went", async (store) => {
    const changes = async (from: number) =>
      (await store.agentChanges.find({ within: { column: "version", from }, by: ["version"] })).map(
        ({ agentId, version }) => [agentId, version],
      );
    await store.agents.put(agent("1"), { ...agent("2"), name: "b", clientId: "b", tenant: "b" });
    assert.deepEqual(await changes(0), [
      ["1", 1],
      ["2", 2],
    ]);
    await store.agents.put({ ...agent("1"), revoked: true });
    assert.deepEqual(await changes(3), [["1", 3]]);
    await store.agents.remove({ id: "2" as AgentId });
    assert.deepEqual(await changes(3), [
      ["1", 3],
      ["2", 4],
    ]);
  });

  that("a unique column that is taken is refused, and nothing changes", async (store) => {
    await store.devices.put(device("1"));
    await assert.rejects(
      store.devices.put(device("2"), device("3", { address: device("1").address })),
    );
    assert.deepEqual(await store.devices.find(), [device("1")]);
    await store.users.put(user("1", "Ada"));
    await assert.rejects(store.users.put(user("2", "ADA")));
    await store.agents.put(agent("1"));
    await assert.rejects(store.agents.put({ ...agent("2"), clientId: agent("1").clientId }));
    await store.assetEvents.put(assetEvent("1", 1));
    await assert.rejects(store.assetEvents.put(assetEvent("1", 2)));
    assert.equal(await store.agents.count(), 1);
  });

  that("what was asked first is done first", async (store) => {
    const names = Array.from({ length: 20 }, (_, index) => `name ${index}`);
    await Promise.all(names.map((name) => store.assets.put(asset("1", { name }))));
    assert.equal((await store.assets.get("1"))?.name, "name 19");
  });

  that("removing tells how many there were", async (store) => {
    await store.assets.put(asset("1", { demo: true }), asset("2", { demo: true }), asset("3"));
    assert.equal(await store.assets.remove({ demo: true }), 2);
    assert.deepEqual(ids(await store.assets.find()), ["3"]);
    assert.equal(await store.assets.remove({}), 1);
  });

  that("an event can neither be changed nor removed", async (store) => {
    await store.events.put(event(1));
    await assert.rejects(store.events.put({ ...event(1), kind: "other" }), /append-only/);
    await assert.rejects(store.events.remove({ sequence: 1 }), /append-only/);
    assert.deepEqual(await store.events.find(), [event(1)]);
  });
}

function belonging(that: That): void {
  that("what belongs to a row goes with it", async (store) => {
    await putOneOfEach(store);
    await store.assets.remove({ id: "1" as AssetId });
    assert.equal(await store.points.count(), 0);
    assert.equal((await store.devices.get("1"))?.assetId, null);
    await store.devices.remove({ id: "1" as DeviceId });
    assert.equal(await store.channels.count(), 0);
    assert.equal(await store.departures.count(), 0);
    assert.equal(await store.boardings.count(), 0);
    assert.equal(await store.assetEvents.count(), 1);
    await store.agents.remove({ id: "1" as AgentId });
    assert.equal(await store.credentials.count(), 0);
    await store.users.remove({ id: "1" as UserId });
    assert.equal(await store.sessions.count(), 0);
    assert.equal(await store.commands.count(), 1);
  });

  that(
    "a row that refers to nothing is refused, but order within a whole is free",
    async (store) => {
      await assert.rejects(store.points.put(point("1")));
      assert.equal(await store.points.count(), 0);
      await store.together(async () => {
        await store.points.put(point("1"));
        await store.assets.put(asset("1"));
      });
      assert.equal(await store.points.count(), 1);
      await store.assets.put(asset("2", { parentId: "1" as AssetId }));
      await assert.rejects(store.assets.remove({ id: "1" as AssetId }));
      assert.equal(await store.assets.count(), 2);
    },
  );
}

function series(that: That): void {
  that("series are dense, ascending and never given twice", async (store, reopen) => {
    assert.deepEqual(await store.newSeries(3), [1, 2, 3]);
    const parallel = await Promise.all([store.newSeries(2), store.newSeries(1)]);
    assert.deepEqual(parallel, [[4, 5], [6]]);
    const again = await reopen();
    assert.deepEqual(await again.newSeries(2), [7, 8]);
  });

  that("series given in a transaction that fails are not given again", async (store) => {
    const given: number[] = [];
    const failing = store.together(async () => {
      given.push(...(await store.newSeries(2)));
      throw new Error("undone");
    });
    await assert.rejects(failing, /undone/);
    given.push(...(await store.newSeries(2)));
    assert.equal(new Set(given).size, 4);
  });
}
