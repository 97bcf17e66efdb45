import assert from "node:assert/strict";
import { test } from "node:test";
import { newId } from "../lib/id.ts";
import { assetOfKey, keyOfAsset } from "./asset-key.ts";
import type { AssetId } from "./brand.ts";

test("an id of ours has 32 hexadecimal digits there, and comes back as it was", () => {
  for (const now of [0, 1, 1_796_000_000_000, 2 ** 45 - 1]) {
    const id = newId(now) as AssetId;
    const key = keyOfAsset(id);
    assert.match(key, /^[a-f0-9]{32}$/);
    assert.equal(assetOfKey(key), id);
    assert.equal(assetOfKey(id), id);
  }
});

test("ids keep their order in the other writing", () => {
  const ids = [1, 2, 1_000, 1_796_000_000_000].map((now) => newId(now) as AssetId);
  assert.deepEqual(ids.map(keyOfAsset).toSorted(), ids.map(keyOfAsset));
});

test("what is no id of ours stays as it is", () => {
  for (const id of ["asset-1", "", "0123456789abcdef0123456789abcdef"]) {
    assert.equal(keyOfAsset(id as AssetId), id);
    assert.equal(assetOfKey(id), id);
  }
});
