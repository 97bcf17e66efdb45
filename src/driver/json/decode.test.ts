import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentId, Timestamp } from "../../domain/brand.ts";
import { Findings } from "../../domain/findings.ts";
import { NOTHING_KNOWN } from "../driver.ts";
import { json } from "./json.ts";

test("what is more than a thousand values is left out, and told", () => {
  const findings = new Findings();
  const values = Array.from({ length: 1_200 }, (_, n) => n);
  const message = {
    ...{ topic: "workshop/saw", payload: Buffer.from(JSON.stringify(values)), retain: false },
    ...{ agent: "a" as AgentId, receivedAt: 0 as Timestamp },
  };
  const outcome = json.decode(message, findings, NOTHING_KNOWN);
  assert.ok(outcome.ok);
  assert.deepEqual(
    findings.readings.map(({ value }) => value),
    values.slice(0, 1_000),
  );
  assert.deepEqual(
    findings.warnings.map(({ code }) => code),
    ["W_VALUES"],
  );
});
