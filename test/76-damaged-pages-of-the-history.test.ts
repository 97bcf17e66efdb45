import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { loseNewestPage } from "../src/historian/embedded/database/pages-tale.ts";
import { enrol } from "./enrol.ts";
import { hallPoint } from "./hall.ts";
import { House, until } from "./house.ts";
import { sayAt } from "./say-at.ts";

const GATEWAY = ["--profile", "gateway"];
const START = Date.parse("2026-03-29T00:00:00Z");
/** Chunks that take several pages. */
const STORED = 40_000;
const A_PUSH = 10_000;
/** More than a generation of a gateway's memory, and less than two. */
const MORE = 150_000;

const house = await (await House.open(GATEWAY)).signIn();
after(() => house.close());

test("damaged pages are told and mended, and what comes is taken all the while", async () => {
  const old = await hallPoint(house);
  const young = await meterPoint();
  await push(old, STORED);
  // What memory held is in chunks behind a deletion.
  const range = `${timeAt(0)}/${timeAt(1)}`;
  const [from = "", to = ""] = range.split("/");
  const query = new URLSearchParams({ from, to, confirm: range });
  await house.call("DELETE", `/points/${old}/history?${query}`);
  await house.stop();
  loseNewestPage(join(house.folder, "history"));

  await house.restart(GATEWAY);
  await house.signIn();
  const file = rowsOfFile(old); // It meets the damage, waits and goes on behind it.
  await push(young, MORE);
  const isMended = async () => (await eventsOf("history.mended")).length > 0;
  await until("the history is mended", isMended, 60_000);
  assert.equal((await eventsOf("history.unreadable")).length, 1);
  const [{ detail }] = await eventsOf("history.mended");
  assert.deepEqual([detail.pages, detail.tables, detail.further], [1, ["chunk"], 0]);
  assert.ok(detail.samples > 0 && detail.ranges.length > 0);
  const { status, reasons } = await house.call("GET", "/health");
  assert.equal(status, "degraded");
  assert.match(String(reasons), /history.db was mended/);
  const left = await countOf(old, STORED);
  assert.ok(left < STORED - 1 && left >= STORED - 1 - detail.samples, `${left} are left`);
  assert.equal(await file, left, "and no connection was broken off");
  assert.equal(await countOf(young, MORE), MORE);

  await house.killAndRestart(GATEWAY);
  await house.signIn();
  assert.deepEqual([await countOf(old, STORED), await countOf(young, MORE)], [left, MORE]);
  assert.equal((await eventsOf("history.mended")).length, 1, "it is whole");
});

// biome-ignore lint/suspicious/noExplicitAny: what comes back is checked by the assertions
async function eventsOf(kind: string): Promise<any[]> {
  return (await house.call("GET", `/journal?kind=${kind}`)).items;
}

async function meterPoint(): Promise<string> {
  const meter = await enrol(house, { kind: "mindsphere", tenant: "acme", name: "north" });
  await sayAt(house, meter, Date.now());
  const [{ id }] = (await house.call("GET", "/inbox")).items;
  const { assetId } = await house.call("POST", `/inbox/${id}/adopt`, { name: "Meter" });
  return (await house.call("GET", `/points?assetId=${assetId}`)).items[0].id;
}

/** From its first moment on, some thousand at once. */
async function push(point: string, count: number): Promise<void> {
  for (let first = 0; first < count; first += A_PUSH) {
    const rows = Array.from({ length: Math.min(A_PUSH, count - first) }, (_, row) => {
      return [point, timeAt(first + row), "number", String(Math.sin(first + row)), "good", "", ""];
    });
    await house.call("POST", "/samples", { rows });
  }
}

/** Every sample of the point as one file: how many rows it has. */
async function rowsOfFile(points: string): Promise<number> {
  const query = new URLSearchParams({ points, from: timeAt(0), to: timeAt(STORED) });
  const lines = await (await house.request("GET", `/history/samples?${query}`)).text();
  return lines.trimEnd().split("\n").length - 1;
}

/** How many of so many moments, from this one on, have a sample. */
async function countOf(point: string, moments: number, first = 0): Promise<number> {
  const query = new URLSearchParams({ from: timeAt(first), to: timeAt(first + moments) });
  return (await house.call("GET", `/points/${point}/history/count?${query}`)).samples;
}

function timeAt(moment: number): string {
  return new Date(START + moment * 1_000).toISOString();
}
