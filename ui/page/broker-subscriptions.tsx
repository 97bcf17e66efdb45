import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { SubscriptionReply } from "../../src/api/contract.ts";
import { formatCount } from "../format.ts";
import { LinkButton } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Empty, ProblemNote, Waiting } from "../part/empty.tsx";
import { More } from "../part/more.tsx";
import { Filters, SearchBox } from "../part/search-box.tsx";
import { type Column, Table } from "../part/table.tsx";
import { usePages } from "../use-pages.ts";
import { useSettled } from "../use-settled.ts";

const EVERY_MS = 5_000;
const PAGE = 100;

type BrokerSubscriptionsProps = {
  readonly search: string;
  /** Of this one alone. */
  readonly session: string | undefined;
};

/** Who subscribed what, and how. */
export function BrokerSubscriptions({ search: first, session }: BrokerSubscriptionsProps) {
  const [typed, setTyped] = useState(first);
  const search = useSettled(typed.trim());
  const query = { ...(search !== "" && { search }), ...(session !== undefined && { session }) };
  const pages = usePages("GET /broker/subscriptions", query, { limit: PAGE, every: EVERY_MS });
  const { rows, problem, again } = pages;
  return (
    <>
      <Filters>
        <SearchBox label="Name, client id or filter" value={typed} onChange={setTyped} />
        {session !== undefined && (
          <LinkButton to="/broker" search={{ tab: "subscriptions" }}>
            Those of all clients
          </LinkButton>
        )}
      </Filters>
      <Card title="Subscriptions" meta={rows && formatCount(pages.total, "subscription")} flush>
        <ProblemNote problem={problem} onRetry={again} />
        {!rows && !problem && <Waiting />}
        {rows?.length === 0 && <Empty title="None is like that" />}
        {rows && rows.length > 0 && (
          <Table label="Subscriptions" rows={rows} rowKey={({ id }) => id} columns={COLUMNS} />
        )}
        <More {...pages} shown={rows?.length ?? 0} />
      </Card>
    </>
  );
}

const COLUMNS: readonly Column<SubscriptionReply>[] = [
  { head: "Filter", grow: true, cell: (row) => <Filter {...row} /> },
  { head: "QoS", align: "right", cell: ({ qos }) => qos },
  {
    head: "Client",
    wide: true,
    cell: (row) => <Client {...row} />,
  },
  { head: "Client id", wide: true, cell: ({ clientId }) => <code>{clientId}</code> },
  { head: "Is", wide: true, cell: ({ isConnected }) => (isConnected ? "Connected" : "Away") },
  { head: "Options", wide: true, cell: (row) => optionsOf(row).join(", ") },
];

/** On a phone its client stands below it. */
function Filter(row: SubscriptionReply) {
  return (
    <>
      <code title={row.filter}>{row.filter}</code>
      <span className="hint below slim">
        <Client {...row} />
      </span>
    </>
  );
}

function Client({ name, clientId }: SubscriptionReply) {
  return (
    <Link to="/broker" search={{ tab: "sessions", search: clientId }}>
      {name}
    </Link>
  );
}

/** MQTT 5.0 section 3.8.3.1, in words. */
function optionsOf({ noLocal, retainAsPublished, identifier }: SubscriptionReply): string[] {
  return [
    ...(noLocal ? ["not its own"] : []),
    ...(retainAsPublished ? ["retain flag kept"] : []),
    ...(identifier === null ? [] : [`identifier ${identifier}`]),
  ];
}
