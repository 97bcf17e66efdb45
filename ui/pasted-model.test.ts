import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { cleanedWords, cleanModel } from "./pasted-model.ts";

test("a model that was copied with its page's markup and one comma too many is read", () => {
  const pasted = readFileSync(new URL("pasted-model.txt", import.meta.url), "utf8");
  assert.throws(() => JSON.parse(pasted));
  const cleaned = cleanModel(pasted);
  assert.equal(cleaned.commas, 1);
  const { id, data } = JSON.parse(cleaned.text);
  assert.deepEqual([id, data.externalId], ["12314", "Energy_4"]);
  const [{ variables }] = data.typeModel.aspectTypes;
  assert.deepEqual(
    variables.map(({ name }: { name: string }) => name),
    ["realEnergy", "apparentEnergy", "validEnergy", "linkBudget"],
  );
  assert.equal(data.mappingModel.mappings.length, 4);
});

test("entities become their characters", () => {
  const cleaned = cleanModel("{&quot;a&quot;: &quot;1 &#60; 2 &amp; 3&#x3e;2&quot;}");
  assert.deepEqual(JSON.parse(cleaned.text), { a: "1 < 2 & 3>2" });
  assert.equal(cleanedWords(cleaned), "7 HTML entities");
});

test("what is JSON already stays as it is, commas and comparisons in its texts too", () => {
  const text = '{"a": "one,] two,}", "b": "x<y and y>z", "c": "\\",}"}';
  const cleaned = cleanModel(text);
  assert.equal(cleaned.text, text);
  assert.equal(cleanedWords(cleaned), "");
});

test("what was cleaned is said", () => {
  assert.equal(cleanedWords(cleanModel("<pre>[1,]</pre>")), "2 HTML tags, 1 trailing comma");
});
