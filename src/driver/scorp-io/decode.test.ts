import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentId, Timestamp } from "../../domain/brand.ts";
import { Findings } from "../../domain/findings.ts";
import { decode } from "./decode.ts";

test("a Long keeps all of its digits, and its neighbours are what they were", () => {
  const metrics = [
    '{"name":"Énergie active/Phase 1","dataType":"Long","timestamp":5,"value":9007199254740993}',
    '{"name":"least","dataType":"Long","timestamp":5,"value":-9223372036854775808}',
    '{"name":"Tension/Phase 1","dataType":"Short","timestamp":5,"value":230}',
  ];
  const { readings, warnings } = heard(metrics);
  assert.deepEqual(
    readings.map(({ value }) => value),
    [2n ** 53n + 1n, -(2n ** 63n), 230],
  );
  assert.deepEqual(warnings, []);
});

test("a thousand values of one message are one batch", () => {
  const metrics = Array.from({ length: 1_000 }, (_, n) => {
    return `{"name":"m${n}","dataType":"Integer","timestamp":5,"value":${n}}`;
  });
  const { readings, warnings } = heard(metrics);
  assert.deepEqual(
    readings.map(({ value }) => value),
    metrics.map((_, n) => n),
  );
  assert.deepEqual(warnings, []);
});

function heard(metrics: readonly string[]): Findings {
  const findings = new Findings();
  const outcome = decode(
    {
      agent: "a" as AgentId,
      topic: "mqtts/camexia/DDATA/gateway_1/2F1A4C0012B7",
      payload: Buffer.from(`{"metrics":[${metrics.join(",")}]}`),
      receivedAt: 0 as Timestamp,
      retain: false,
    },
    findings,
  );
  assert.ok(outcome.ok);
  return findings;
}
