import { KeyRound, ScrollText } from "lucide-react";
import { useState } from "react";
import type { AgentReply, IssuedReply } from "../../src/api/contract.ts";
import { formatDate, formatName } from "../format.ts";
import { State } from "../part/badge.tsx";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Dialog } from "../part/dialog.tsx";
import { Empty, ProblemNote } from "../part/empty.tsx";
import { type Column, Table } from "../part/table.tsx";
import { useAsk } from "../query.ts";
import { Expiry } from "./agent-parts.tsx";

type AgentCredentialsProps = {
  readonly agent: AgentReply;
  readonly onIssued: (issued: IssuedReply) => void;
};
type Credential = AgentReply["credentials"][number];

/** How the agent proves who it is; no secret is ever shown here. */
export function AgentCredentials({ agent, onIssued }: AgentCredentialsProps) {
  const [wanted, setWanted] = useState<Credential["kind"] | null>(null);
  return (
    <Card
      title="Credentials"
      span={7}
      flush
      actions={
        !agent.revoked && (
          <>
            <Button icon={KeyRound} onClick={() => setWanted("password")}>
              New password
            </Button>
            <Button icon={ScrollText} onClick={() => setWanted("certificate")}>
              New certificate
            </Button>
          </>
        )
      }
    >
      {agent.credentials.length > 0 ? (
        <Table
          label="Credentials"
          rows={agent.credentials}
          rowKey={({ id }) => id}
          columns={COLUMNS}
        />
      ) : (
        <Empty title="It has none" />
      )}
      {wanted && (
        <Issue
          agent={agent}
          kind={wanted}
          onClose={() => setWanted(null)}
          onIssued={(issued) => {
            setWanted(null);
            onIssued(issued);
          }}
        />
      )}
    </Card>
  );
}

const COLUMNS: readonly Column<Credential>[] = [
  { head: "Kind", cell: ({ kind }) => formatName(kind) },
  {
    head: "Serial",
    grow: true,
    wide: true,
    cell: ({ serial }) => (serial ? <code className="dim">{serial}</code> : ""),
  },
  { head: "Issued", wide: true, cell: ({ createdAt }) => formatDate(createdAt) },
  {
    head: "Good until",
    cell: ({ kind, expiresAt, revokedAt }) =>
      revokedAt !== null ? (
        <span className="hint">–</span>
      ) : kind === "password" ? (
        "replaced"
      ) : (
        <Expiry at={expiresAt} />
      ),
  },
  {
    head: "State",
    cell: ({ revokedAt }) => (
      <State kind={revokedAt === null ? "on" : "off"}>
        {revokedAt === null ? "Valid" : "Ended"}
      </State>
    ),
  },
];

type IssueProps = AgentCredentialsProps & {
  readonly kind: Credential["kind"];
  readonly onClose: () => void;
};

const WILL_HAPPEN = {
  password: "The password in use ends at once: the agent must be given the new one.",
  certificate: "Certificates in use stay good until they expire, so the agent can change over.",
} as const;

function Issue({ agent, kind, onClose, onIssued }: IssueProps) {
  const issue = useAsk("POST /agents/:id/credentials", ["GET /agents", "GET /agents/:id"]);
  return (
    <Dialog
      title={`New ${kind} for ${agent.name}`}
      open
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            busy={issue.isPending}
            onClick={() =>
              issue.mutate(
                { params: { id: agent.id }, body: { credential: kind } },
                { onSuccess: onIssued },
              )
            }
          >
            {`Issue ${kind}`}
          </Button>
        </>
      }
    >
      <ProblemNote problem={issue.error} />
      <p>{WILL_HAPPEN[kind]} It is shown once.</p>
    </Dialog>
  );
}
