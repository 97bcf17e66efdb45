import { Plus } from "lucide-react";
import { useState } from "react";
import type { TokenReply } from "../../src/api/contract.ts";
import { formatCount, formatDate, formatName } from "../format.ts";
import { Age } from "../part/age.tsx";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Confirm } from "../part/dialog.tsx";
import { Empty, ProblemNote, Waiting } from "../part/empty.tsx";
import { type Column, Table } from "../part/table.tsx";
import { useAsk, useReply } from "../query.ts";
import { NewToken } from "./token-new.tsx";

/** For scripts and other systems: a role and an end instead of a password. */
export function ApiTokens() {
  const tokens = useReply("GET /tokens", {});
  const [isNew, setNew] = useState(false);
  const [revoked, setRevoked] = useState<TokenReply | null>(null);
  const items = tokens.data?.items;
  return (
    <Card
      title="API tokens"
      meta={items && formatCount(items.length, "token")}
      flush
      actions={
        <Button icon={Plus} onClick={() => setNew(true)}>
          New token
        </Button>
      }
    >
      <ProblemNote problem={tokens.error} />
      {!items && !tokens.error && <Waiting />}
      {items?.length === 0 && (
        <Empty title="No program has a token">
          A token lets a script or another system use the API at /api/v1 with a role of its own.
        </Empty>
      )}
      {items && items.length > 0 && (
        <Table
          label="API tokens"
          rows={items}
          rowKey={({ id }) => id}
          columns={columnsFor(setRevoked)}
        />
      )}
      {isNew && <NewToken onClose={() => setNew(false)} />}
      {revoked && <RevokeToken token={revoked} onClose={() => setRevoked(null)} />}
    </Card>
  );
}

function columnsFor(onRevoke: (token: TokenReply) => void): readonly Column<TokenReply>[] {
  return [
    { head: "Name", grow: true, cell: ({ name }) => <b>{name}</b> },
    { head: "Role", cell: ({ role }) => formatName(role) },
    { head: "Created", wide: true, cell: ({ createdAt }) => formatDate(createdAt) },
    {
      head: "Ends",
      wide: true,
      cell: ({ expiresAt }) => (expiresAt === null ? "never" : formatDate(expiresAt)),
    },
    { head: "Used", align: "right", cell: ({ usedAt }) => <Age at={usedAt} never="not yet" /> },
    {
      head: "Revoke",
      align: "right",
      cell: (token) => (
        <Button kind="quiet" onClick={() => onRevoke(token)} aria-label={`Revoke ${token.name}`}>
          Revoke
        </Button>
      ),
    },
  ];
}

type RevokeProps = { readonly token: TokenReply; readonly onClose: () => void };

function RevokeToken({ token, onClose }: RevokeProps) {
  const revoke = useAsk("DELETE /tokens/:id", ["GET /tokens"]);
  return (
    <Confirm
      title={`Revoke ${token.name}?`}
      verb="Revoke"
      open
      busy={revoke.isPending}
      onClose={onClose}
      onConfirm={() => revoke.mutate({ params: { id: token.id } }, { onSuccess: onClose })}
    >
      <ProblemNote problem={revoke.error} />
      <p>Programs that use it are refused from now on.</p>
    </Confirm>
  );
}
