import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentId, Timestamp } from "../../domain/brand.ts";
import { Findings } from "../../domain/findings.ts";
import type { ReceivedMessage } from "../../domain/message.ts";
import { NOTHING_KNOWN } from "../driver.ts";
import { mindsphere } from "./mindsphere.ts";

const STAMP = { id: () => "id-1", at: 0 as Timestamp };

test("a model that is not JSON is answered Failed, without a request id", () => {
  const [answer] = refusal("amo_v3/m", "<html>");
  assert.equal(answer?.topic, "tc/acme/acme_meter/i/amo_v3/ms");
  assert.equal(answer?.body.requestId, "");
  assert.equal(answer?.body.data.status, "Failed");
  assert.match(answer?.body.data.message, /^E_JSON /);
});

test("a model that does not fit together is answered Failed, with its request id and every place", () => {
  const model = { typeModel: { aspectTypes: [{ id: "acme.A", name: "A", variables: [{}] }] } };
  const message = JSON.stringify({ id: "12314", data: { externalId: "M", ...model } });
  const [answer] = refusal("amo_v3/m", message);
  assert.equal(answer?.body.requestId, "12314");
  assert.deepEqual(
    answer?.body.data.errors.map(({ path }: { path: string }) => path),
    ["/typeModel/aspectTypes/0/variables/0/dataType", "/typeModel/aspectTypes/0/variables/0/name"],
  );
});

test("an instantiation without a model's name is answered on its own topic", () => {
  const [answer] = refusal("amo_v3/i", JSON.stringify({ id: 3, data: {} }));
  assert.equal(answer?.topic, "tc/acme/acme_meter/i/amo_v3/ip");
  assert.equal(answer?.body.requestId, 3);
});

test("time series have no answer", () => {
  assert.deepEqual(refusal("mc_v3/ts", "<html>"), []);
  assert.deepEqual(refusal("mc_v3/e", "{}"), []);
});

test("an answer holds the first fifty errors", () => {
  const variables = Array.from({ length: 200 }, () => ({}));
  const typeModel = { aspectTypes: [{ id: "acme.A", name: "A", variables }] };
  const [answer] = refusal(
    "amo_v3/m",
    JSON.stringify({ id: "1", data: { externalId: "M", typeModel } }),
  );
  assert.equal(answer?.body.data.errors.length, 50);
});

function refusal(about: string, text: string) {
  const message: ReceivedMessage = {
    topic: `tc/acme/acme_meter/o/${about}`,
    payload: Buffer.from(text),
    agent: "agent-1" as AgentId,
    receivedAt: 0 as Timestamp,
    retain: false,
  };
  const outcome = mindsphere.decode(message, new Findings(), NOTHING_KNOWN);
  assert.ok(!outcome.ok);
  const answers = mindsphere.refuse?.(message, outcome.problem, STAMP) ?? [];
  return answers.map(({ topic, payload }) => {
    return { topic, body: JSON.parse(Buffer.from(payload).toString()) };
  });
}
