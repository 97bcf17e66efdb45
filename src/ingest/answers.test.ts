import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentId } from "../domain/brand.ts";
import type { Message } from "../domain/message.ts";
import { Answers } from "./answers.ts";

const AGENT = "a" as AgentId;
const STATUS: Message = { topic: "tc/t/a/i/amo_v3/ms", payload: new Uint8Array([1]) };

test("who subscribes after the answer was given is told again", async () => {
  const sent: Message[] = [];
  const answers = new Answers(
    async (message) => sent.push(message),
    () => 0,
  );
  await answers.say(AGENT, [STATUS]);
  await answers.repeat(AGENT, "tc/t/a/i/amo_v3/#");
  assert.deepEqual(sent, [STATUS, STATUS]);
});

test("another agent, another topic or a later day brings nothing again", async () => {
  const sent: Message[] = [];
  let now = 0;
  const answers = new Answers(
    async (message) => sent.push(message),
    () => now,
  );
  await answers.say(AGENT, [STATUS]);
  await answers.repeat("b" as AgentId, "#");
  await answers.repeat(AGENT, "tc/t/a/i/amo_v3/ip");
  now = 11 * 60_000;
  await answers.repeat(AGENT, "#");
  assert.equal(sent.length, 1);
});
