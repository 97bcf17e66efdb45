import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentId, Timestamp } from "../../domain/brand.ts";
import { Findings } from "../../domain/findings.ts";
import { NOTHING_KNOWN } from "../driver.ts";
import { decode } from "./decode.ts";

test("a LONG keeps all of its digits, and its neighbours are what they were", () => {
  const values = [
    '{"dataPointId":"energy","value":9007199254740993,"qualityCode":"0"}',
    '{"dataPointId":"least","value":-9223372036854775808}',
    '{"dataPointId":"power","value":0.1234567890123456}',
    '{"dataPointId":7,"value":9007199254740993}',
  ];
  const row = `{"timestamp":"2022-12-01T20:05:10Z","values":[${values.join(",")}]}`;
  const findings = new Findings();
  const outcome = decode(
    {
      agent: "a" as AgentId,
      topic: "tc/tenant/tenant_meter/o/mc_v3/ts",
      payload: Buffer.from(`{"timeseries":[${row}]}`),
      receivedAt: 0 as Timestamp,
      retain: false,
    },
    findings,
    NOTHING_KNOWN,
  );
  assert.ok(outcome.ok);
  assert.deepEqual(
    findings.readings.map(({ value }) => value),
    [2n ** 53n + 1n, -(2n ** 63n), 0.1234567890123456],
  );
  assert.match(findings.warnings[0]?.detail ?? "", /"value":"9007199254740993"/);
});
