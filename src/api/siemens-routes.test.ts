import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";
import { SiemensCaller } from "../../test/siemens-caller.ts";
import { PERMISSIONS, ROLES, type Role } from "../domain/permission.ts";
import { SIEMENS_ROUTES } from "./mindsphere/mindsphere.ts";

const routes = Object.entries(SIEMENS_ROUTES);
let house: ApiHouse;
before(async () => {
  house = await ApiHouse.open();
});
after(() => house.close());

test("only tokens, their key and what a key of its own protects is open to everybody", () => {
  const open = routes.filter(([, { permission }]) => permission === "public").map(([name]) => name);
  assert.deepEqual(open.toSorted(), [
    "GET /api/agentmanagement/v3/oauth/token_key",
    "GET /api/assetmodeler/v4/models/:key",
    "GET /token_keys",
    "POST /api/agentmanagement/v3/oauth/token",
    "POST /api/agentmanagement/v3/register",
    "POST /api/technicaltokenmanager/v3/oauth/token",
    "POST /oauth/token",
    "PUT /api/agentmanagement/v3/register/:id",
  ]);
});

test("no route of the Insights Hub lets a smaller role in than it says, or nobody", async () => {
  const caller = new SiemensCaller(house);
  for (const [name, { permission }] of routes) {
    const least: Role | null = PERMISSIONS[permission];
    if (least === null) continue;
    const route = name.replace(/:\w+|\*/g, "x");
    assert.equal((await caller.send(null, route)).status, 401, name);
    const smaller = ROLES[ROLES.indexOf(least) - 1];
    if (smaller) assert.equal((await caller.send(smaller, route)).status, 403, name);
  }
});

test("docs/insights-hub.md lists every route with who may, and none that does not exist", () => {
  const text = readFileSync(new URL("../../docs/insights-hub.md", import.meta.url), "utf8");
  const rows = text.matchAll(/^\| `((?:GET|POST|PUT|PATCH|DELETE) \/[^`]*)` \| (.+) \| (.+) \|$/gm);
  const listed = Array.from(rows, ([, name, summary, who]) => [name, summary, who].join(" | "));
  const known = routes.map(([name, { summary, permission, agents }]) =>
    [name, summary, `${PERMISSIONS[permission] ?? "anybody"}${agents ? ", agents" : ""}`].join(
      " | ",
    ),
  );
  assert.deepEqual(listed.toSorted(), known.toSorted());
});
