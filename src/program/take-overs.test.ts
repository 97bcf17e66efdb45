import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentId } from "../domain/brand.ts";
import type { NewEvent } from "../domain/event.ts";
import { TestClock } from "../lib/clock.ts";
import { silentLog } from "../lib/log.ts";
import { takeOverWriter } from "./take-overs.ts";

const METER = "meter" as AgentId;

function opened() {
  const clock = new TestClock();
  const events: NewEvent[] = [];
  const record = async (event: NewEvent) => void events.push(event);
  const nameOf = async (agent: AgentId) => `the ${agent}`;
  const write = takeOverWriter({ record, nameOf, clock, log: silentLog });
  const end = (agent: AgentId, cause: string) =>
    write({ agent, clientId: "acme_meter", remote: "10.0.0.7", up: false, cause });
  return { clock, events, end, settled: () => new Promise(setImmediate) };
}

test("a take-over is in the journal, by whom and from where", async () => {
  const { events, end, settled } = opened();
  end(METER, "taken over");
  await settled();
  assert.deepEqual(events, [
    {
      actor: { kind: "agent", id: "meter", name: "the meter" },
      kind: "agent.taken-over",
      subject: "agent:meter",
      detail: { clientId: "acme_meter", remote: "10.0.0.7", times: 1 },
    },
  ]);
});

test("a connection that ends otherwise is no event", async () => {
  const { events, end, settled } = opened();
  end(METER, "disconnected");
  end(METER, "keep-alive");
  await settled();
  assert.deepEqual(events, []);
});

test("of a fight over one identity there is one event a minute, with a count", async () => {
  const { clock, events, end, settled } = opened();
  for (let second = 0; second < 90; second += 1) {
    end(METER, "taken over");
    clock.advance(1_000);
  }
  end("pump" as AgentId, "taken over");
  await settled();
  assert.deepEqual(
    events.map(({ subject, detail }) => [subject, detail["times"]]),
    [
      ["agent:meter", 1],
      ["agent:meter", 60],
      ["agent:pump", 1],
    ],
  );
});
