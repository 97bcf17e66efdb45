import type { AgentReply, Reply } from "../src/api/contract.ts";
import { formatCount, formatNumber } from "./format.ts";

const DAY_MS = 86_400_000;
/** Certificates are renewed with time to spare, not in the night that they end. */
const SOON_MS = 30 * DAY_MS;

/** How many are connected, as far as the broker can tell. */
export function presenceWords(agents: number, connected: number | null): string {
  const all = formatCount(agents, "agent");
  return connected === null ? all : `${formatNumber(connected, 0)} of ${all} connected`;
}

/** Of all of them, whichever are shown. */
export function countWords(
  { agents, connected }: Pick<Reply<"GET /overview">, "agents" | "connected">,
  some: readonly Pick<AgentReply, "connected">[],
): string {
  const isKnown = some.every((agent) => agent.connected !== null);
  return presenceWords(agents, isKnown ? connected : null);
}

/** When the agent's last valid certificate ends; null where it has none. */
export function expiryOf({ credentials }: Pick<AgentReply, "credentials">): string | null {
  const ends = credentials
    .filter(({ kind, revokedAt }) => kind === "certificate" && revokedAt === null)
    .flatMap(({ expiresAt }) => (expiresAt === null ? [] : [expiresAt]))
    .sort();
  return ends.at(-1) ?? null;
}

type Expiring = "later" | "soon" | "over";

export function expiringOf(at: string, now: number): Expiring {
  const left = Date.parse(at) - now;
  if (left <= 0) return "over";
  return left < SOON_MS ? "soon" : "later";
}
