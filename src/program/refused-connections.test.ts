import assert from "node:assert/strict";
import { test } from "node:test";
import { type NewEvent, THE_HOUSE } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import { type ProblemCode, problem } from "../domain/problem.ts";
import { TestClock } from "../lib/clock.ts";
import { silentLog } from "../lib/log.ts";
import { refusedConnectionWriter } from "./refused-connections.ts";

function opened() {
  const clock = new TestClock();
  const events: NewEvent[] = [];
  const record = async (event: NewEvent) => void events.push(event);
  const write = refusedConnectionWriter({ record, clock, log: silentLog });
  const refuse = (clientId: string, reason: string, code: ProblemCode = "agent_refused") => {
    const nothing = { agent: null, topic: "", payload: new Uint8Array() };
    write({ ...nothing, clientId, remote: "10.0.0.7", problem: problem(code, reason) });
  };
  const details = () => events.map(({ detail }) => detail);
  return { clock, events, refuse, details };
}

test("who was not let in is in the journal, with the reason and from where", () => {
  const { events, refuse } = opened();
  refuse("acme_meter", "the certificate 1F is revoked");
  assert.deepEqual(events, [
    {
      actor: THE_HOUSE,
      kind: "agent.refused",
      subject: "broker",
      detail: {
        clientId: "acme_meter",
        remote: "10.0.0.7",
        reason: "the certificate 1F is revoked",
      },
    },
  ]);
});

test("a refused message is none of a connection", () => {
  const { events, refuse } = opened();
  refuse("acme_meter", "may not publish there", "topic_forbidden");
  assert.deepEqual(events, []);
});

test("a device that tries for ever is there once an hour for each reason, with a count", () => {
  const { clock, refuse, details } = opened();
  for (let minute = 0; minute < 61; minute += 1) {
    refuse("acme_meter", "the token has expired");
    clock.advance(60_000);
  }
  refuse("acme_meter", "the certificate 1F is revoked");
  const own = { clientId: "acme_meter", remote: "10.0.0.7" };
  assert.deepEqual(details(), [
    { ...own, reason: "the token has expired" },
    { ...own, reason: "the token has expired", unrecorded: 59 },
    { ...own, reason: "the certificate 1F is revoked" },
  ]);
});

test("strangers with ever new names do not fill the journal", () => {
  const { clock, events, refuse, details } = opened();
  for (let name = 0; name < LIMIT.refusalsPerHour + 5; name += 1) {
    refuse(`stranger-${name}`, "the user name or the password is wrong", "sign_in_wrong");
  }
  assert.equal(events.length, LIMIT.refusalsPerHour);
  clock.advance(60 * 60_000);
  refuse("another", "the user name or the password is wrong", "sign_in_wrong");
  assert.equal(details().at(-1)?.["unrecorded"], 5);
});
