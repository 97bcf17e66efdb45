import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";

let house: ApiHouse;
const ids: Record<string, string> = {};
before(async () => {
  house = await ApiHouse.open();
});
after(() => house.close());

test("assets form a tree, and are listed parents before children", async () => {
  await create("Site", null);
  await create("Hall", "Site");
  await create("Yard", "Site");
  await create("Press", "Hall");
  const { json } = await house.send("viewer", "GET /assets");
  assert.deepEqual(namesOf(json.items), ["Site", "Hall", "Yard", "Press"]);
  assert.deepEqual(
    json.items.map(({ children }: { children: number }) => children),
    [2, 1, 0, 0],
  );
});

test("a list is read page by page, and each asset stands on one of them", async () => {
  const seen: string[] = [];
  let after = "";
  do {
    const { json } = await house.send("viewer", `GET /assets?limit=3${after}`);
    seen.push(...namesOf(json.items));
    after = json.next === null ? "" : `&after=${json.next}`;
  } while (after);
  assert.deepEqual(seen, ["Site", "Hall", "Yard", "Press"]);
  const lost = await house.send("viewer", "GET /assets?after=gone");
  assert.equal(lost.json.code, "request_invalid");
});

test("the parts of one asset can be asked for", async () => {
  const { json } = await house.send("viewer", `GET /assets?parentId=${ids["Site"]}`);
  assert.deepEqual(namesOf(json.items), ["Hall", "Yard"]);
  const roots = await house.send("viewer", "GET /assets?parentId=");
  assert.deepEqual(namesOf(roots.json.items), ["Site"]);
});

test("one asset comes with the way to it", async () => {
  const { json } = await house.send("viewer", `GET /assets/${ids["Press"]}`);
  assert.deepEqual(namesOf(json.path), ["Site", "Hall", "Press"]);
  assert.deepEqual(json.points, []);
});

test("an asset is renamed, described and moved", async () => {
  const wish = { name: "Press 1", description: "left of the door", parentId: ids["Yard"] };
  const { status, json } = await house.send("engineer", `PATCH /assets/${ids["Press"]}`, wish);
  assert.equal(status, 200);
  assert.equal(json.description, "left of the door");
  const moved = await house.send("viewer", `GET /assets/${ids["Press"]}`);
  assert.deepEqual(namesOf(moved.json.path), ["Site", "Yard", "Press 1"]);
});

test("an asset cannot stand below itself, nor below nothing that exists", async () => {
  const below = { parentId: ids["Press"] };
  const loop = await house.send("engineer", `PATCH /assets/${ids["Site"]}`, below);
  assert.equal(loop.json.code, "request_invalid");
  const self = await house.send("engineer", `PATCH /assets/${ids["Hall"]}`, {
    parentId: ids["Hall"],
  });
  assert.equal(self.json.code, "request_invalid");
  const none = await house.send("engineer", "POST /assets", { name: "x", parentId: "none" });
  assert.equal(none.json.code, "asset_unknown");
});

test("an asset with parts stays; without, it goes", async () => {
  const kept = await house.send("engineer", `DELETE /assets/${ids["Yard"]}`);
  assert.equal(kept.json.code, "asset_in_use");
  assert.equal((await house.send("engineer", `DELETE /assets/${ids["Press"]}`)).status, 204);
  assert.equal((await house.send("engineer", `DELETE /assets/${ids["Yard"]}`)).status, 204);
  const gone = await house.send("viewer", `GET /assets/${ids["Yard"]}`);
  assert.equal(gone.json.code, "asset_unknown");
});

test("every change of the tree is in the journal, with who made it", async () => {
  const { json } = await house.send("admin", "GET /journal?limit=3");
  assert.deepEqual(
    json.items.map(({ kind }: { kind: string }) => kind),
    ["asset.removed", "asset.removed", "asset.changed"],
  );
  assert.equal(json.items[0].actor.name, "the engineer");
  assert.equal(json.items[0].subject, `asset:${ids["Yard"]}`);
});

test("what others add to the model is seen as soon as they tell", async () => {
  const [site] = await house.parts.store.assets.find({ limit: 1 });
  assert.ok(site);
  await house.parts.store.assets.put({ ...site, name: "Harbour" });
  house.tellChanged(`asset:${site.id}`);
  const { json } = await house.send("viewer", `GET /assets/${site.id}`);
  assert.equal(json.asset.name, "Harbour");
});

async function create(name: string, parent: string | null): Promise<void> {
  const parentId = parent === null ? null : ids[parent];
  const { status, json } = await house.send("engineer", "POST /assets", { name, parentId });
  assert.equal(status, 201);
  ids[name] = json.id;
}

function namesOf(items: { name: string }[]): string[] {
  return items.map(({ name }) => name);
}
