import { Link } from "@tanstack/react-router";
import { Plus, ShieldCheck } from "lucide-react";
import { useState } from "react";
import type { AgentReply } from "../../src/api/contract.ts";
import { KIND_WORDS } from "../agent-kinds.ts";
import { countWords, expiryOf } from "../agent-state.ts";
import { formatCount, formatNumber } from "../format.ts";
import { Age } from "../part/age.tsx";
import { Chip } from "../part/badge.tsx";
import { LinkButton } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Empty, ProblemNote, Waiting } from "../part/empty.tsx";
import { More } from "../part/more.tsx";
import { Page } from "../part/page.tsx";
import { Filters, SearchBox } from "../part/search-box.tsx";
import { type Column, Table } from "../part/table.tsx";
import { useReply } from "../query.ts";
import { type Pages, usePages } from "../use-pages.ts";
import { useRefetchOn } from "../use-refetch.ts";
import { useSettled } from "../use-settled.ts";
import { AgentState, Expiry } from "./agent-parts.tsx";
import { Authorities } from "./authorities.tsx";
import "./agents.css";

const EVERY_MS = 5_000;
const PAGE = 100;
/** Below this a filter costs more than it saves. */
const FILTER_FROM = 8;

/** Who may connect to the broker, and who does. */
export function AgentsPage() {
  const [typed, setTyped] = useState("");
  const search = useSettled(typed.trim());
  const query = search === "" ? {} : { search };
  const pages = usePages("GET /agents", query, { limit: PAGE, every: EVERY_MS });
  const overview = useReply("GET /overview", {}, { every: EVERY_MS });
  useRefetchOn(({ subject }) => subject.startsWith("agent:"), ["GET /agents", "GET /overview"]);
  const { rows: items, problem } = pages;
  return (
    <Page
      title="Agents"
      actions={
        <LinkButton to="/agents/new" kind="primary" icon={Plus}>
          New agent
        </LinkButton>
      }
      about={
        items &&
        overview.data && <span className="dim num">{countWords(overview.data, items)}</span>
      }
    >
      <ProblemNote problem={problem} onRetry={pages.again} />
      {items && (items.length > 0 || typed !== "") && (
        <List agents={items} pages={pages} typed={typed} onTyped={setTyped} />
      )}
      {items?.length === 0 && typed === "" && <NoAgents />}
      {!items && !problem && <Waiting />}
      <Authorities />
    </Page>
  );
}

type ListProps = {
  readonly agents: readonly AgentReply[];
  readonly pages: Pages<"GET /agents">;
  readonly typed: string;
  readonly onTyped: (typed: string) => void;
};

/** By name; those that are revoked last. */
function List({ agents, pages, typed, onTyped }: ListProps) {
  return (
    <>
      {(typed !== "" || pages.total >= FILTER_FROM) && (
        <Filters>
          <SearchBox label="Name, tenant or client id" value={typed} onChange={onTyped} />
        </Filters>
      )}
      <Card title="Agents" meta={formatCount(pages.total, "agent")} flush>
        {agents.length > 0 ? (
          <Table label="Agents" rows={agents} rowKey={({ id }) => id} columns={COLUMNS} />
        ) : (
          <Empty title="No agent is called like that" />
        )}
        <More {...pages} shown={agents.length} />
      </Card>
    </>
  );
}

const COLUMNS: readonly Column<AgentReply>[] = [
  {
    head: "Agent",
    cell: ({ id, name, demo }) => (
      <span className="row">
        <Link to="/agents/$agentId" params={{ agentId: id }}>
          {name}
        </Link>
        {demo && <Chip>Demo</Chip>}
      </span>
    ),
  },
  { head: "State", cell: (agent) => <AgentState agent={agent} /> },
  { head: "Kind", wide: true, cell: ({ kind }) => KIND_WORDS[kind].name },
  { head: "Tenant", wide: true, cell: ({ tenant }) => tenant || <span className="hint">–</span> },
  {
    head: "Client id",
    wide: true,
    grow: true,
    cell: ({ clientId }) => <code className="dim">{clientId}</code>,
  },
  { head: "Certificate", wide: true, cell: (agent) => <Expiry at={expiryOf(agent)} /> },
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
    cell: ({ rejected }) =>
      rejected > 0 ? (
        <Link to="/rejected">{formatNumber(rejected, 0)}</Link>
      ) : (
        <span className="hint">0</span>
      ),
  },
  {
    head: "Heard",
    align: "right",
    cell: ({ lastSeenAt }) => <Age at={lastSeenAt} never="Never" />,
  },
];

function NoAgents() {
  return (
    <Card title="Agents">
      <Empty
        icon={ShieldCheck}
        title="Nobody may connect yet"
        action={
          <LinkButton to="/agents/new" kind="primary" icon={Plus}>
            New agent
          </LinkButton>
        }
      >
        An agent is a gateway or a device with credentials of its own. Make one, paste a command,
        and watch the first message arrive.
      </Empty>
    </Card>
  );
}
