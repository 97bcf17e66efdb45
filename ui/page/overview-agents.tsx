import { Link } from "@tanstack/react-router";
import { KIND_WORDS } from "../agent-kinds.ts";
import { countWords } from "../agent-state.ts";
import { formatNumber } from "../format.ts";
import { Age } from "../part/age.tsx";
import { LinkButton } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Empty } from "../part/empty.tsx";
import { Table } from "../part/table.tsx";
import { useReply } from "../query.ts";
import { Presence } from "./agent-parts.tsx";

const ROWS_MAX = 8;
/** Gateways and devices that connect by themselves. */
export function Agents() {
  const agents = useReply("GET /agents", { query: { limit: ROWS_MAX } }, { every: 5_000 });
  const overview = useReply("GET /overview", {}, { every: 5_000 });
  const items = (agents.data?.items ?? []).filter(({ revoked }) => !revoked);
  if (!agents.data) return null;
  return (
    <Card
      title="Gateways and agents"
      meta={overview.data ? countWords(overview.data, items) : ""}
      flush
    >
      {items.length === 0 ? (
        <Empty
          title="No agent may connect yet"
          action={<LinkButton to="/agents/new">New agent</LinkButton>}
        />
      ) : (
        <Table
          label="Gateways and agents"
          rows={items}
          rowKey={({ id }) => id}
          columns={[
            {
              head: "Agent",
              grow: true,
              cell: ({ id, name }) => (
                <Link to="/agents/$agentId" params={{ agentId: id }}>
                  {name}
                </Link>
              ),
            },
            { head: "Kind", wide: true, cell: ({ kind }) => KIND_WORDS[kind].name },
            {
              head: "State",
              cell: ({ connected }) => <Presence connected={connected} />,
            },
            {
              head: "Messages",
              align: "right",
              wide: true,
              cell: ({ messages }) => formatNumber(messages, 0),
            },
            {
              head: "Rejected",
              align: "right",
              wide: true,
              cell: ({ rejected }) => formatNumber(rejected, 0),
            },
            {
              head: "Seen",
              align: "right",
              cell: ({ lastSeenAt }) => <Age at={lastSeenAt} never="Not yet" />,
            },
          ]}
        />
      )}
    </Card>
  );
}
