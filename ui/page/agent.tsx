import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { AgentReply, IssuedReply } from "../../src/api/contract.ts";
import { KIND_WORDS } from "../agent-kinds.ts";
import { formatCount, formatDateTime } from "../format.ts";
import { Age } from "../part/age.tsx";
import { Chip } from "../part/badge.tsx";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Confirm } from "../part/dialog.tsx";
import { Nothing, ProblemNote, Waiting } from "../part/empty.tsx";
import { type Fact, Facts } from "../part/facts.tsx";
import { Page } from "../part/page.tsx";
import { say } from "../part/toast.tsx";
import { TypedConfirm } from "../part/typed-confirm.tsx";
import { useAsk, useReply } from "../query.ts";
import { useRefetchOn } from "../use-refetch.ts";
import { AgentCredentials } from "./agent-credentials.tsx";
import { Filters } from "./agent-draft.tsx";
import { AgentGrant } from "./agent-grant.tsx";
import { AgentIssued } from "./agent-issued.tsx";
import { AgentModel } from "./agent-model.tsx";
import { AgentState } from "./agent-parts.tsx";
import { AgentTopics } from "./agent-topics.tsx";
import { RejectedFolds } from "./rejected-folds.tsx";
import "./agents.css";

const route = getRouteApi("/frame/agents/$agentId");
const EVERY_MS = 3_000;
const REJECTED_ROWS = 20;

/** One identity: whether it is here, what it may, how it proves itself. */
export function AgentPage() {
  const { agentId } = route.useParams();
  const reply = useReply("GET /agents/:id", { params: { id: agentId } }, { every: EVERY_MS });
  useRefetchOn(({ subject }) => subject === `agent:${agentId}`, ["GET /agents/:id"]);
  const [issued, setIssued] = useState<IssuedReply | null>(null);
  const agent = reply.data;
  return (
    <Page
      title={agent?.name ?? "Agent"}
      path={[{ name: "Agents", link: { to: "/agents" } }]}
      {...(agent
        ? { about: <AgentHead agent={agent} />, actions: <AgentEnds agent={agent} /> }
        : {})}
    >
      <ProblemNote problem={reply.error} />
      {issued && <AgentIssued issued={issued} isFirst={false} />}
      {agent ? <AgentDetail agent={agent} onIssued={setIssued} /> : !reply.error && <Waiting />}
    </Page>
  );
}

function AgentHead({ agent }: { readonly agent: AgentReply }) {
  return (
    <>
      <AgentState agent={agent} />
      <span className="dim">
        last heard <Age at={agent.lastSeenAt} never="not since the server started" />
      </span>
      <Chip>{KIND_WORDS[agent.kind].name}</Chip>
      <code className="dim">{agent.clientId}</code>
      <span className="dim num">{formatCount(agent.messages, "message")}</span>
      {agent.demo && <Chip>Demo</Chip>}
    </>
  );
}

type AgentDetailProps = {
  readonly agent: AgentReply;
  readonly onIssued: (issued: IssuedReply) => void;
};

function AgentDetail({ agent, onIssued }: AgentDetailProps) {
  const rejected = useReply(
    "GET /rejected",
    { query: { agentId: agent.id, limit: REJECTED_ROWS } },
    { every: EVERY_MS * 3 },
  );
  const rows = rejected.data?.items ?? [];
  return (
    <>
      <AgentCredentials agent={agent} onIssued={onIssued} />
      <Card title="Known as" span={5}>
        <Facts facts={factsOf(agent)} />
      </Card>
      {agent.kind === "plain" && !agent.revoked && <AgentGrant agent={agent} />}
      {agent.kind === "mindsphere" && !agent.revoked && (
        <>
          <AgentModel agentId={agent.id} />
          <AgentTopics agent={agent} rejected={rows} />
        </>
      )}
      <Card title="Rejected" meta="Its messages that were not taken" flush>
        {rows.length > 0 ? (
          <RejectedFolds rows={rows} namesAgent={false} />
        ) : (
          <Nothing>None lately.</Nothing>
        )}
      </Card>
    </>
  );
}

function factsOf(agent: AgentReply): (Fact | false)[] {
  const { kind, tenant, clientId, rights, createdAt, remote } = agent;
  return [
    ["Kind", KIND_WORDS[kind].name],
    tenant !== "" && ["Tenant", tenant],
    ["Client id", <code key="client">{clientId}</code>],
    ["User name", <code key="user">{clientId}</code>],
    remote !== null && ["Connected from", <code key="remote">{remote}</code>],
    ["May publish", <Filters key="publish" of={rights.publish} />],
    ["May subscribe", <Filters key="subscribe" of={rights.subscribe} />],
    ["Created", formatDateTime(createdAt)],
  ];
}

/** Ways to let it in no more. */
function AgentEnds({ agent }: { readonly agent: AgentReply }) {
  const [open, setOpen] = useState<"revoke" | "remove" | null>(null);
  const revoke = useAsk("POST /agents/:id/revoke", ["GET /agents", "GET /agents/:id"]);
  const remove = useAsk("DELETE /agents/:id", ["GET /agents"]);
  const navigate = useNavigate();
  const close = () => setOpen(null);
  const params = { id: agent.id };
  return (
    <>
      {agent.revoked ? (
        <Button kind="danger" onClick={() => setOpen("remove")}>
          Remove
        </Button>
      ) : (
        <Button kind="danger" onClick={() => setOpen("revoke")}>
          Revoke
        </Button>
      )}
      <TypedConfirm
        title={`Revoke ${agent.name}?`}
        verb="Revoke"
        word={agent.name}
        open={open === "revoke"}
        busy={revoke.isPending}
        onClose={close}
        onConfirm={() => revoke.mutate({ params }, { onSuccess: close })}
      >
        <ProblemNote problem={revoke.error} />
        <p>
          Its connection is closed now and it is let in no more, with any credential. This cannot be
          taken back; its devices and their history stay.
        </p>
      </TypedConfirm>
      <Confirm
        title={`Remove ${agent.name}?`}
        verb="Remove"
        open={open === "remove"}
        busy={remove.isPending}
        onClose={close}
        onConfirm={() =>
          remove.mutate(
            { params },
            {
              onSuccess: () => {
                say(`${agent.name} was removed`);
                void navigate({ to: "/agents" });
              },
            },
          )
        }
      >
        <ProblemNote problem={remove.error} />
        <p>It leaves the list. The journal remembers that it was there.</p>
      </Confirm>
    </>
  );
}
