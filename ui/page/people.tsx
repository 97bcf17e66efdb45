import { Plus } from "lucide-react";
import { useState } from "react";
import type { UserReply } from "../../src/api/contract.ts";
import { ROLES } from "../../src/domain/permission.ts";
import { formatCount, formatDate, formatName } from "../format.ts";
import { Chip } from "../part/badge.tsx";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { ProblemNote, Waiting } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";
import { type Column, Table } from "../part/table.tsx";
import { useReply } from "../query.ts";
import { ROLE_WORDS } from "../role-words.ts";
import { useMe } from "../session.ts";
import { ApiTokens } from "./people-tokens.tsx";
import { EditUser } from "./user-edit.tsx";
import { NewUser } from "./user-new.tsx";

/** Who may sign in and what they may do; programs have tokens. */
export function PeoplePage() {
  const users = useReply("GET /users", {});
  const [edited, setEdited] = useState<UserReply | null>(null);
  const [isNew, setNew] = useState(false);
  const me = useMe();
  const items = users.data?.items;
  return (
    <Page title="People">
      <ProblemNote problem={users.error} />
      {items ? (
        <Card
          title="Users"
          meta={formatCount(items.length, "person", "people")}
          flush
          actions={
            <Button icon={Plus} onClick={() => setNew(true)}>
              New user
            </Button>
          }
        >
          <Table
            label="Users"
            rows={items}
            rowKey={({ id }) => id}
            columns={columnsFor(me.name, setEdited)}
          />
        </Card>
      ) : (
        !users.error && <Waiting />
      )}
      <Roles />
      <ApiTokens />
      {edited && <EditUser user={edited} onClose={() => setEdited(null)} />}
      {isNew && <NewUser onClose={() => setNew(false)} />}
    </Page>
  );
}

function columnsFor(me: string, onEdit: (user: UserReply) => void): readonly Column<UserReply>[] {
  return [
    {
      head: "Name",
      grow: true,
      cell: ({ name, disabled }) => (
        <span className="row">
          <b className={disabled ? "cut dim" : "cut"}>{name}</b>
          {name === me && <Chip>You</Chip>}
          {disabled && <Chip>Disabled</Chip>}
        </span>
      ),
    },
    { head: "Role", cell: ({ role }) => formatName(role) },
    { head: "Since", wide: true, cell: ({ createdAt }) => formatDate(createdAt) },
    {
      head: "Change",
      align: "right",
      cell: (user) => (
        <Button kind="quiet" onClick={() => onEdit(user)} aria-label={`Change ${user.name}`}>
          Change
        </Button>
      ),
    },
  ];
}

function Roles() {
  return (
    <Card title="Roles" meta="Each may do what the ones before it may">
      <ul className="stack">
        {ROLES.map((role) => (
          <li key={role}>
            <b>{formatName(role)}</b> <span className="dim">{ROLE_WORDS[role]}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
