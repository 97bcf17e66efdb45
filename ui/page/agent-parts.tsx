import type { AgentReply } from "../../src/api/contract.ts";
import { expiringOf } from "../agent-state.ts";
import { formatDate } from "../format.ts";
import { State } from "../part/badge.tsx";
import { useByTime } from "../use-live.ts";

export function AgentState({ agent }: { readonly agent: AgentReply }) {
  if (agent.revoked) return <State kind="wrong">Revoked</State>;
  return <Presence connected={agent.connected} />;
}

/** Another broker does not tell who is there: that is not the same as being away. */
export function Presence({ connected }: Pick<AgentReply, "connected">) {
  if (connected === null) return <span className="hint">–</span>;
  return <State kind={connected ? "on" : "off"}>{connected ? "Connected" : "Away"}</State>;
}

/** When a certificate ends, and that it should be renewed. */
export function Expiry({ at }: { readonly at: string | null }) {
  const expiring = useByTime((now) => (at === null ? "later" : expiringOf(at, now)));
  if (at === null) return <span className="hint">–</span>;
  if (expiring === "later") return formatDate(at);
  return (
    <State kind="wrong">
      {expiring === "soon" ? `ends ${formatDate(at)}` : `ended ${formatDate(at)}`}
    </State>
  );
}
