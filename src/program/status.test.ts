import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";
import type { Timestamp } from "../domain/brand.ts";
import type { UplinkState } from "../uplink/uplink.ts";
import { runStatus } from "./status.ts";

const UP: UplinkState = {
  isUp: true,
  reason: null,
  waiting: { samples: 0, bytes: 0, oldestAt: null },
  fillingUp: null,
  acknowledgedAt: Date.UTC(2026, 10, 22, 12) as Timestamp,
};

async function status(url: string) {
  const [said, complained]: [string[], string[]] = [[], []];
  const code = await runStatus(["--url", url], {
    print: (line) => void said.push(line),
    complain: (line) => void complained.push(line),
    log: () => {},
    readInput: () => "",
    environment: {},
    onStop: () => {},
  });
  return { code, said, complained };
}

test("a gateway says whether its uplink is up, what waits, and what was acknowledged last", async () => {
  const uplink = { trouble: undefined, state: UP, close: async () => {} };
  const house = await ApiHouse.open({}, undefined, { uplink });
  assert.deepEqual(await status(house.url), {
    code: 0,
    said: [
      "ready",
      "uplink: up",
      "last acknowledged: 2026-11-22T12:00:00.000Z",
      "waiting: nothing",
    ],
    complained: [],
  });
  await house.close();
});

test("while nothing goes up it says why, and how much waits since when", async () => {
  const oldestAt = Date.UTC(2026, 10, 21) as Timestamp;
  const waiting = { samples: 1_200, bytes: 14_400, oldestAt };
  const state = {
    isUp: false,
    reason: "the cable is cut",
    waiting,
    ...{ fillingUp: null, acknowledgedAt: null },
  };
  const uplink = { trouble: "the uplink is down", state, close: async () => {} };
  const unready = () => ["the uplink is down"];
  const house = await ApiHouse.open({}, undefined, { uplink, unready });
  const { code, said } = await status(house.url);
  assert.equal(code, 2);
  assert.deepEqual(said, [
    "degraded",
    "- the uplink is down",
    "uplink: down: the cable is cut",
    "last acknowledged: not since this start",
    "waiting: about 1200 samples, 14400 bytes, the oldest of 2026-11-21T00:00:00.000Z",
  ]);
  await house.close();
});

test("while what waited goes up beside live values it says so, and how long that takes", async () => {
  const oldestAt = Date.UTC(2026, 10, 21) as Timestamp;
  const waiting = { samples: 1_200, bytes: 14_400, oldestAt };
  for (const [leftMs, words] of [
    [null, "follows beside them"],
    [59_000, "is there in about a minute"],
    [61_000, "is there in about 2 minutes"],
  ] as const) {
    const uplink = {
      trouble: undefined,
      state: { ...UP, waiting, fillingUp: { leftMs } },
      close: async () => {},
    };
    const house = await ApiHouse.open({}, undefined, { uplink });
    const { code, said } = await status(house.url);
    assert.equal(code, 0);
    assert.equal(said.at(-1), `live values go up at once; what waited ${words}`);
    await house.close();
  }
});

test("where nobody answers it says so, and a server without an uplink says nothing of one", async () => {
  const house = await ApiHouse.open();
  assert.deepEqual((await status(house.url)).said, ["ready"]);
  await house.close();
  const { code, complained } = await status(house.url);
  assert.equal(code, 2);
  assert.match(complained[0] ?? "", /nobody answers/);
});
