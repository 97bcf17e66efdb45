import assert from "node:assert/strict";
import type { DeviceId } from "../domain/brand.ts";
import { ids, type That } from "./conformance-scene.ts";
import { asset, device, point } from "./example.ts";

/** All or nothing, whoever else writes meanwhile. */
export function together(that: That): void {
  that("together: all of it is there afterwards, and after a restart", async (store, reopen) => {
    const answer = await store.together(async () => {
      await store.assets.put(asset("1"));
      await store.points.put(point("1"));
      return 42;
    });
    assert.equal(answer, 42);
    const again = await reopen();
    assert.deepEqual(await again.points.find(), [point("1")]);
  });

  that("together: nothing of it is there when it fails", async (store) => {
    await store.assets.put(asset("1"));
    const failing = store.together(async () => {
      await store.assets.put(asset("1", { name: "changed" }), asset("2"));
      assert.equal(await store.assets.count(), 2);
      throw new Error("half-way");
    });
    await assert.rejects(failing, /half-way/);
    assert.deepEqual(await store.assets.find(), [asset("1")]);
  });

  that("together: work sees its own changes, others see them when they are safe", async (store) => {
    const gate = newGate();
    const whole = store.together(async () => {
      await store.assets.put(asset("1"));
      assert.equal(await store.assets.count(), 1);
      gate.reached();
      await gate.opened;
    });
    await gate.wasReached;
    assert.equal(await store.assets.count(), 0);
    gate.open();
    await whole;
    assert.equal(await store.assets.count(), 1);
  });

  that("together: a change from outside waits and is not undone with it", async (store) => {
    const gate = newGate();
    const failing = store.together(async () => {
      await store.assets.put(asset("inside"));
      gate.reached();
      await gate.opened;
      throw new Error("undone");
    });
    await gate.wasReached;
    const outside = store.assets.put(asset("outside"));
    gate.open();
    await assert.rejects(failing, /undone/);
    await outside;
    assert.deepEqual(ids(await store.assets.find()), ["outside"]);
  });

  that("together: many at once do not see each other half-done", async (store) => {
    await store.settings.put({ name: "count", value: { n: 0 } });
    const increase = async () => {
      const setting = await store.settings.get("count");
      await new Promise((resolve) => setImmediate(resolve));
      const n = Number(setting?.value["n"]);
      await store.settings.put({ name: "count", value: { n: n + 1 } });
      if (n % 3 === 2) throw new Error("every third is undone once");
    };
    const once = () => store.together(increase).catch(() => store.together(increaseSafely));
    const increaseSafely = async () => {
      const setting = await store.settings.get("count");
      await store.settings.put({ name: "count", value: { n: Number(setting?.value["n"]) + 1 } });
    };
    await Promise.all(Array.from({ length: 30 }, once));
    assert.deepEqual(await store.settings.get("count"), { name: "count", value: { n: 30 } });
  });

  that("together within together is a part of it", async (store) => {
    const failing = store.together(async () => {
      await store.together(() => store.assets.put(asset("inner")));
      throw new Error("outer fails");
    });
    await assert.rejects(failing, /outer fails/);
    assert.equal(await store.assets.count(), 0);

    await store.together(async () => {
      await store.assets.put(asset("outer"));
      const inner = store.together(async () => {
        await store.assets.put(asset("inner"));
        throw new Error("inner fails");
      });
      await assert.rejects(inner, /inner fails/);
    });
    assert.deepEqual(ids(await store.assets.find()), ["outer"]);
  });

  that("together: parts that run side by side are still one after the other", async (store) => {
    await store.together(async () => {
      const parts = ["a", "b", "c"].map((id) =>
        store.together(async () => {
          await store.assets.put(asset(id));
          await new Promise((resolve) => setImmediate(resolve));
          if (id === "b") throw new Error("only this part");
        }),
      );
      await Promise.allSettled([...parts, store.assets.put(asset("d"))]);
    });
    assert.deepEqual(ids(await store.assets.find()), ["a", "c", "d"]);
  });

  that("together: what a part started and did not wait for belongs to the whole", async (store) => {
    await store.together(async () => {
      const started: Promise<void>[] = [];
      await store.together(async () => {
        const later = new Promise((resolve) => setImmediate(resolve));
        started.push(later.then(() => store.assets.put(asset("later"))));
      });
      await Promise.all(started);
    });
    assert.deepEqual(ids(await store.assets.find()), ["later"]);
  });

  that("together: what was not waited for still belongs to it", async (store) => {
    const failing = store.together(async () => {
      store.assets.put(asset("1")).catch(() => undefined);
      throw new Error("at once");
    });
    await assert.rejects(failing, /at once/);
    assert.equal(await store.assets.count(), 0);
  });

  that("together: a failing change may be caught and the rest kept", async (store) => {
    await store.devices.put(device("1"));
    await store.together(async () => {
      await assert.rejects(store.devices.put(device("2"), { ...device("1"), id: "3" as DeviceId }));
      await store.devices.put(device("4"));
    });
    assert.deepEqual(ids(await store.devices.find()), ["1", "4"]);
  });
}

function newGate() {
  let open: () => void = () => undefined;
  let reached: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const wasReached = new Promise<void>((resolve) => {
    reached = resolve;
  });
  return { open: () => open(), opened, reached: () => reached(), wasReached };
}
