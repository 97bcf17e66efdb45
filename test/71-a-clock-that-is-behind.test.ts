import assert from "node:assert/strict";
import { after, test } from "node:test";
import { enrol } from "./enrol.ts";
import { House, until } from "./house.ts";
import { sayAt } from "./say-at.ts";

const YEAR_MS = 365 * 24 * 60 * 60_000;

const house = await (await House.open()).signIn();
after(() => house.close());

const health = () => house.call("GET", "/health");
const eventsOf = async (kind: string) =>
  (await house.call("GET", `/journal?kind=${kind}`)).items.length;

test("a server whose clock is behind all its devices says so until they agree", async () => {
  const names = ["north", "south"];
  const meters = await Promise.all(
    names.map((name) => enrol(house, { kind: "mindsphere", tenant: "acme", name })),
  );
  for (const meter of meters) await sayAt(house, meter, Date.now() + YEAR_MS);

  const { reasons } = await until("it is noticed", async () => {
    const said = await health();
    return said.status === "degraded" && said;
  });
  const doubt =
    "clock: 2 of 2 devices send times that are more than a day ahead of this server's clock: check its clock";
  assert.ok(reasons.includes(doubt), String(reasons));
  const { items } = await house.call("GET", "/rejected?code=time_in_future");
  assert.deepEqual(items.map(({ topic }: { topic: string }) => topic).sort(), [
    "tc/acme/acme_north/o/mc_v3/ts",
    "tc/acme/acme_south/o/mc_v3/ts",
  ]);
  assert.deepEqual([await eventsOf("clock.behind"), await eventsOf("clock.fine")], [1, 0]);

  assert.equal((await house.call("GET", "/rejected/ahead")).values, 2);
  const taken = await house.call("POST", "/rejected/ahead/take-in");
  assert.deepEqual(taken, { taken: 0, left: 2 }, "the clock is as wrong as it was");
  assert.equal(await eventsOf("rejected.taken-in"), 1);

  for (const meter of meters) await sayAt(house, meter, Date.now());
  await until("they agree", async () => (await health()).status === "ready");
  assert.deepEqual([await eventsOf("clock.behind"), await eventsOf("clock.fine")], [1, 1]);

  await house.killAndRestart();
  await house.signIn();
  assert.equal(
    (await house.call("GET", "/rejected/ahead")).values,
    2,
    "what was acknowledged is safe",
  );
});
