import assert from "node:assert/strict";
import { test } from "node:test";
import { adoptionOf, placesIn, variablesOf } from "./adoption.ts";

const channels: Parameters<typeof adoptionOf>[0]["channels"] = [
  channel("temperature", { name: "Temperature", unit: "°C", range: [0, 40] }),
  channel("counter", { name: "Counter" }),
];
const NONE = new Map();

function channel(
  name: string,
  proposal: { name: string; unit?: string; range?: [number, number] },
) {
  return {
    name,
    dataType: "number" as const,
    proposal: { dataType: "number" as const, ...proposal },
    pointId: null,
    retired: false,
    latest: null,
  };
}

test("with one click the house adopts as it proposes", () => {
  assert.deepEqual(adoptionOf({ channels }, { name: " Node 5 ", parentId: "", edits: NONE }), {
    body: { name: "Node 5" },
    error: null,
  });
});

test("a changed value takes its range along; one left out is not adopted", () => {
  const edits = new Map([
    ["temperature", { name: "Room", unit: "K" }],
    ["counter", { isIncluded: false }],
  ]);
  assert.deepEqual(adoptionOf({ channels }, { name: "N", parentId: "a1", edits }).body, {
    name: "N",
    parentId: "a1",
    variables: [
      { channel: "temperature", name: "Room", unit: "K", dataType: "number", range: [0, 40] },
    ],
  });
});

test("a value of another type keeps nothing that was meant for a number; a unit can be taken away", () => {
  const edits = new Map([["temperature", { dataType: "string" as const, unit: "" }]]);
  const { body } = adoptionOf({ channels }, { name: "N", parentId: "", edits });
  assert.deepEqual(body?.variables?.[0], {
    channel: "temperature",
    name: "Temperature",
    dataType: "string",
  });
});

test("nothing is adopted without a name, or without a value", () => {
  assert.equal(adoptionOf({ channels }, { name: "", parentId: "", edits: NONE }).body, null);
  const nameless = new Map([["counter", { name: " " }]]);
  assert.match(
    adoptionOf({ channels }, { name: "N", parentId: "", edits: nameless }).error ?? "",
    /counter needs a name/,
  );
  const none = new Map(channels.map(({ name }) => [name, { isIncluded: false }]));
  assert.equal(adoptionOf({ channels }, { name: "N", parentId: "", edits: none }).body, null);
});

test("a value that comes while somebody types stands below, as proposed", () => {
  const edits = new Map([["temperature", { name: "Room" }]]);
  const late = [...channels, channel("late", { name: "Late" })];
  assert.deepEqual(
    variablesOf(late, edits).map(({ name }) => name),
    ["Room", "Counter", "Late"],
  );
});

test("places stand as they hang in the tree", () => {
  const assets = [
    { id: "s", parentId: null, name: "Site" },
    { id: "b", parentId: "s", name: "Hall 10" },
    { id: "a", parentId: "s", name: "Hall 2" },
    { id: "c", parentId: "a", name: "Cell" },
  ];
  assert.deepEqual(
    placesIn(assets).map(({ label }) => label.replaceAll("\u2003", "-")),
    ["Site", "-Hall 2", "--Cell", "-Hall 10"],
  );
});
