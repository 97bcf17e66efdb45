import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { REASON } from "../protocol.ts";
import type { Connection } from "./connection.ts";
import type { Core } from "./core.ts";

export type Refused = {
  readonly problem: Problem;
  readonly topic?: string;
  readonly payload?: Uint8Array;
};

const NOTHING = new Uint8Array(0);

/** Counts a refusal and keeps it where an operator sees whose it was. */
export function report({ parts }: Core, connection: Connection, refused: Refused): void {
  const { topic = "", payload = NOTHING } = refused;
  parts.gauges.add(`mqtt_refused_total{code="${refused.problem.code}"}`);
  parts.onRefused({
    agent: connection.agent,
    clientId: connection.clientId,
    remote: connection.remote.address,
    topic,
    payload: payload.slice(0, LIMIT.rejectedPayloadBytes),
    problem: refused.problem,
  });
}

/** What is refused of one packet: the first few are kept, for there may be 50,000. */
export class Refusals {
  readonly first: (() => Refused)[] = [];
  count = 0;

  add(refused: () => Refused): void {
    if (this.count < LIMIT.refusalsPerPacket) this.first.push(refused);
    this.count += 1;
  }
}

/** Of one packet: the first few one by one, the rest by their number. */
export function reportAll(core: Core, connection: Connection, { first, count }: Refusals): void {
  const few = LIMIT.refusalsPerPacket;
  const told = count > few ? few - 1 : count;
  for (const each of first.slice(0, told)) report(core, connection, each());
  const next = first[told]?.();
  if (!next) return;
  const more = count - told;
  const { code } = next.problem;
  const detail = `${more} more filters of its packet`;
  report(core, connection, { ...next, problem: problem(code, detail) });
  core.parts.gauges.add(`mqtt_refused_total{code="${code}"}`, more - 1);
}

/** For a peer that did not come as far as a connection. */
export function refuseUnknown({ parts }: Core, remote: string, problem: Problem): void {
  parts.gauges.add(`mqtt_refused_total{code="${problem.code}"}`);
  const nobody = { agent: null, clientId: "", topic: "", payload: NOTHING };
  parts.onRefused({ ...nobody, remote, problem });
}

/** For bytes that break the protocol: MQTT wants the connection closed (5.0 section 4.13). */
export function breakOff(
  core: Core,
  connection: Connection,
  detail: string,
  reason: number = REASON.malformed,
): void {
  report(core, connection, { problem: problem("packet_malformed", detail) });
  connection.close({ cause: `protocol broken: ${detail}`, reason, isWillDue: true });
}

/** For a stream that the reader cannot follow any further. */
export function breakOffReading(core: Core, connection: Connection, trouble: Problem): void {
  report(core, connection, { problem: trouble });
  const isTooLarge = trouble.code === "payload_too_large";
  const reason = isTooLarge ? REASON.packetTooLarge : REASON.malformed;
  connection.close({ cause: trouble.detail, reason, isWillDue: true });
}
