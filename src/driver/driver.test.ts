import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { containsFilter } from "../domain/topic.ts";
import { conformance } from "./conformance.ts";
import { drivers } from "./registry.ts";

for (const driver of drivers) conformance(driver);

test("every driver's folder is in the registry", () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .filter(({ name }) => existsSync(`${import.meta.dirname}/${name}/${name}.ts`));
  assert.deepEqual(
    drivers.map(({ id }) => id).toSorted(),
    folders.map(({ name }) => name).toSorted(),
  );
});

test("no two drivers want the same message, and at most one takes the rest", () => {
  assert.ok(drivers.filter(({ takesTheRest }) => takesTheRest).length <= 1);
  const choosy = drivers.filter(({ takesTheRest }) => !takesTheRest);
  for (const driver of choosy) {
    for (const other of choosy.filter((candidate) => candidate !== driver)) {
      const both = driver.listensTo.filter((filter) =>
        other.listensTo.some((theirs) => containsFilter(theirs, filter)),
      );
      assert.deepEqual(both, [], `${driver.id} and ${other.id}`);
    }
  }
});
