import { Link, useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import type { AgentReply, DeviceReply } from "../../src/api/contract.ts";
import { formatCount, formatTime } from "../format.ts";
import { State } from "../part/badge.tsx";
import { Button, LinkButton } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { useReply } from "../query.ts";
import { useRefetchOn } from "../use-refetch.ts";
import { useAdoption } from "./use-adoption.ts";

/** Somebody has just pasted a command and looks at the screen. */
const EVERY_MS = 1_500;

/** Turns by itself, as soon as the agent connects and speaks. */
export function FirstMessage({ agentId }: { readonly agentId: string }) {
  const reply = useReply("GET /agents/:id", { params: { id: agentId } }, { every: EVERY_MS });
  useRefetchOn(() => true, ["GET /agents/:id"]);
  const agent = reply.data;
  const first = useRef<string>(undefined);
  if (agent && agent.messages > 0) first.current ??= agent.lastSeenAt ?? undefined;
  return (
    <Card title="First message" span={5}>
      <div className="first-message" role="status">
        {agent && agent.messages > agent.rejected ? (
          <Arrived agent={agent} at={first.current} />
        ) : (
          <Waits agent={agent} />
        )}
        {agent && agent.rejected > 0 && (
          <p>
            {`${formatCount(agent.rejected, "message was", "messages were")} rejected. `}
            <Link to="/rejected" className="link">
              See why
            </Link>
          </p>
        )}
      </div>
    </Card>
  );
}

type ArrivedProps = { readonly agent: AgentReply; readonly at: string | undefined };

function Arrived({ agent, at }: ArrivedProps) {
  const inbox = useReply("GET /inbox", {}, { every: EVERY_MS });
  const waiting = inbox.data?.items.filter(({ agentId }) => agentId === agent.id) ?? [];
  const here = agent.connected === false ? "; away right now" : "";
  return (
    <>
      <p className="first-message-state num">
        {agent.connected !== null && <State kind={agent.connected ? "on" : "off"}>Connected</State>}
        {at && <b>{`first message ${formatTime(at)}`}</b>}
      </p>
      <p className="dim num">{`${formatCount(agent.messages, "message")} so far${here}.`}</p>
      <div className="row wrap">
        {waiting.length === 1 && waiting[0] ? (
          <AdoptIt device={waiting[0]} />
        ) : (
          <LinkButton to="/inbox" kind="primary">
            Open the inbox
          </LinkButton>
        )}
      </div>
    </>
  );
}

/** Nothing to choose from: as it is, and then straight to its page. */
function AdoptIt({ device }: { readonly device: DeviceReply }) {
  const navigate = useNavigate();
  const { adopt, isAdopting, problem } = useAdoption(
    ({ assetId }) => void navigate({ to: "/plant/$assetId", params: { assetId } }),
  );
  const { id: deviceId, name } = device;
  return (
    <>
      <Button
        kind="primary"
        busy={isAdopting}
        onClick={() => adopt([{ deviceId, name, body: {} }])}
      >
        {`Adopt ${name}`}
      </Button>
      <LinkButton to="/inbox">Choose its name and place</LinkButton>
      <ProblemNote problem={problem} />
    </>
  );
}

function Waits({ agent }: { readonly agent: AgentReply | undefined }) {
  return (
    <>
      <p className="first-message-state">
        <i className="first-message-dots" aria-hidden />
        <b>Waiting for the first message …</b>
      </p>
      <p className="dim">
        {agent?.connected
          ? `Connected from ${agent.remote ?? "somewhere"}; it has said nothing yet.`
          : "Not connected yet. Paste one of the commands below, or set up the device."}
      </p>
    </>
  );
}
