import assert from "node:assert/strict";
import { test } from "node:test";
import type { NodeReply } from "../src/api/contract.ts";
import { sensorTrouble, tasksOf, unsentOf } from "./network-words.ts";

const DONE = {
  assetId: "a",
  place: "Works",
  missing: [],
  faulty: [],
  silent: [],
  unfitted: [],
  settings: "sent",
  state: "reporting",
} as unknown as NodeReply;

test("a node that lacks nothing has every task done", () => {
  assert.ok(tasksOf(DONE).every(({ isDone }) => isDone));
});

test("what a node lacks is named", () => {
  const node: NodeReply = { ...DONE, missing: ["CO2", "VOC index"], settings: "newer" };
  const open = tasksOf(node).filter(({ isDone }) => !isDone);
  assert.deepEqual(
    open.map(({ name, lacks }) => `${name}: ${lacks}`),
    ["All values: never heard: CO2, VOC index", "Settings sent: what is meant was not sent yet"],
  );
});

test("settings go to nodes that have a place in the model, and were not told yet", () => {
  const nodes: NodeReply[] = [
    DONE,
    { ...DONE, settings: "newer" },
    { ...DONE, settings: "newer", assetId: null },
  ];
  assert.equal(unsentOf(nodes).length, 1);
});

test("a living node tells which of its sensors do not; of a dead one nobody knows", () => {
  const node: NodeReply = { ...DONE, faulty: ["CO2"], silent: ["VOC index"] };
  assert.equal(sensorTrouble(node), "faulty: CO2; silent: VOC index");
  assert.equal(sensorTrouble({ ...node, state: "offline" }), "");
});
