import assert from "node:assert/strict";
import { test } from "node:test";
import type { TemplateReply } from "../src/api/contract.ts";
import { type Layer, narrowerOf, type Place, sourcesAbove } from "./layer-form.ts";

const NETWORK = place("network", "12", "");
const WORKS = place("asset", "a1", "Works");
const FLOOR = place("asset", "a2", "Works/Floor 2");
const OTHER = place("asset", "a3", "Works2");
const PLACES = [FLOOR, OTHER, NETWORK, WORKS];
const NODE_SETTINGS = { driver: "viasens", command: "sensors-config" };
const QUIET: TemplateReply = {
  ...{ ...NODE_SETTINGS, id: "q", name: "Quiet" },
  parameters: { co2: { cov: 90 } },
};

const LAYERS = [
  layer(FLOOR, { voc: { cov: 9 } }),
  layer(WORKS, { co2: { cov: 70 } }),
  layer(NETWORK, { humid: { cov: 3 } }, QUIET),
  layer(OTHER, { co2: { cov: 1 } }),
  layer(place("device", "d1", ""), { humid: { cov: 1 } }),
];
const NODES = [{ deviceId: "d1", place: "Works/Floor 2" }];

test("above a zone lie its network and what it stands in, the widest first", () => {
  const above = sourcesAbove(FLOOR, LAYERS, [QUIET], PLACES);
  assert.deepEqual(
    above.map(({ name, template }) => `${name} ${template?.name ?? "itself"}`),
    ["12 Quiet", "12 itself", "a1 itself"],
  );
});

test("above a network lies nothing but the specification", () => {
  assert.deepEqual(sourcesAbove(NETWORK, LAYERS, [QUIET], PLACES), []);
});

test("a field that narrower places and nodes have of their own is told with their names", () => {
  const around = { places: PLACES, nodes: NODES };
  const words = (one: Place) =>
    [...narrowerOf(one, LAYERS, [QUIET], around)].map(([key, names]) => `${key}: ${names}`);
  assert.deepEqual(words(NETWORK).sort(), ["co2.cov: a1,a3", "humid.cov: d1", "voc.cov: a2"]);
  assert.deepEqual(words(WORKS).sort(), ["humid.cov: d1", "voc.cov: a2"]);
  assert.deepEqual(words(OTHER), []);
});

function place(kind: Place["kind"], id: string, path: string): Place {
  return { kind, id, path, name: id };
}

function layer({ kind, id }: Place, parameters: object, template?: TemplateReply): Layer {
  const named = template ? { id: template.id, name: template.name } : null;
  return {
    ...{ ...NODE_SETTINGS, scope: { kind, id }, name: id },
    ...{ templateId: template?.id ?? null, template: named, parameters: { ...parameters } },
  };
}
