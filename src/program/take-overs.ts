import type { Presence } from "../broker/broker.ts";
import type { AgentId } from "../domain/brand.ts";
import type { NewEvent } from "../domain/event.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";

/** Two clients that fight over one identity must not fill the journal. */
const EVERY_MS = 60_000;

type Parts = {
  readonly record: (event: NewEvent) => Promise<unknown>;
  readonly nameOf: (agent: AgentId) => Promise<string>;
  readonly clock: Clock;
  readonly log: Log;
};

/** Writes in the journal that an agent was taken over: once a minute each, with a count. */
export function takeOverWriter({
  record,
  nameOf,
  clock,
  log,
}: Parts): (presence: Presence) => void {
  const seen = new Map<AgentId, { writtenAt: number; times: number }>();
  const write = async ({ agent, clientId, remote }: Presence, times: number) => {
    const actor = { kind: "agent", id: agent, name: await nameOf(agent) } as const;
    const detail = { clientId, remote, times };
    await record({ actor, kind: "agent.taken-over", subject: `agent:${agent}`, detail });
  };
  return (presence) => {
    if (presence.up || presence.cause !== "taken over") return;
    const now = clock.now();
    const { writtenAt, times } = seen.get(presence.agent) ?? { writtenAt: -EVERY_MS, times: 0 };
    const isDue = now - writtenAt >= EVERY_MS;
    seen.set(
      presence.agent,
      isDue ? { writtenAt: now, times: 0 } : { writtenAt, times: times + 1 },
    );
    if (!isDue) return;
    write(presence, times + 1).catch((reason: unknown) => {
      log.error("a take-over is not in the journal", { reason: String(reason) });
    });
  };
}
