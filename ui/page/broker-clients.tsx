import { Link } from "@tanstack/react-router";
import { Unplug } from "lucide-react";
import { useState } from "react";
import type { ClientReply } from "../../src/api/contract.ts";
import { formatCount, formatNumber } from "../format.ts";
import { Age } from "../part/age.tsx";
import { Button, LinkButton } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Confirm } from "../part/dialog.tsx";
import { Empty, ProblemNote, Waiting } from "../part/empty.tsx";
import { More } from "../part/more.tsx";
import { Filters, SearchBox } from "../part/search-box.tsx";
import { type Column, Table } from "../part/table.tsx";
import { useAsk } from "../query.ts";
import { usePages } from "../use-pages.ts";
import { useSettled } from "../use-settled.ts";
import { SubscriptionsLink } from "./broker-sessions.tsx";

const EVERY_MS = 2_000;
const PAGE = 100;

/** Who is connected now. */
export function BrokerClients({ search: first }: { readonly search: string }) {
  const [typed, setTyped] = useState(first);
  const [chosen, setChosen] = useState<ClientReply | null>(null);
  const search = useSettled(typed.trim());
  const query = search === "" ? {} : { search };
  const pages = usePages("GET /broker/clients", query, { limit: PAGE, every: EVERY_MS });
  const { rows, problem, again } = pages;
  return (
    <>
      <Filters>
        <SearchBox label="Name, client id, address or topic" value={typed} onChange={setTyped} />
      </Filters>
      <Card title="Clients" meta={rows && formatCount(pages.total, "client")} flush>
        <ProblemNote problem={problem} onRetry={again} />
        {!rows && !problem && <Waiting />}
        {rows?.length === 0 && (typed === "" ? <Nobody /> : <Empty title="None is like that" />)}
        {rows && rows.length > 0 && (
          <Table
            label="Clients"
            rows={rows}
            rowKey={({ id }) => id}
            columns={columnsFor(setChosen)}
          />
        )}
        <More {...pages} shown={rows?.length ?? 0} />
      </Card>
      {chosen && <Disconnect client={chosen} onClose={() => setChosen(null)} />}
    </>
  );
}

function Nobody() {
  return (
    <Empty
      title="No client is connected"
      action={
        <LinkButton to="/agents/new" kind="primary">
          New agent
        </LinkButton>
      }
    >
      A device connects with the certificate or the password of its agent.
    </Empty>
  );
}

function columnsFor(onDisconnect: (client: ClientReply) => void): readonly Column<ClientReply>[] {
  return [
    {
      head: "Client",
      grow: true,
      cell: ({ name, agentId }) => (
        <Link to="/agents/$agentId" params={{ agentId }}>
          {name}
        </Link>
      ),
    },
    {
      head: "Client id",
      wide: true,
      cell: ({ clientId }) => (
        <Link to="/broker" search={{ tab: "sessions", search: clientId }} title="Its session">
          <code>{clientId}</code>
        </Link>
      ),
    },
    { head: "From", wide: true, cell: ({ remote }) => remote },
    { head: "MQTT", wide: true, cell: ({ version }) => version },
    {
      head: "Subscribed",
      align: "right",
      wide: true,
      cell: ({ id, subscriptions }) => <SubscriptionsLink id={id} count={subscriptions.length} />,
    },
    { head: "Received", align: "right", cell: ({ received }) => formatNumber(received, 0) },
    { head: "Sent", align: "right", wide: true, cell: ({ sent }) => formatNumber(sent, 0) },
    { head: "Waits", align: "right", wide: true, cell: ({ queued }) => formatNumber(queued, 0) },
    {
      head: "Dropped",
      align: "right",
      wide: true,
      cell: ({ dropped }) => formatNumber(dropped, 0),
    },
    {
      head: "Connected",
      align: "right",
      wide: true,
      cell: ({ connectedAt }) => <Age at={connectedAt} never="" />,
    },
    {
      head: "Disconnect",
      align: "right",
      cell: (client) => (
        <Button
          kind="quiet"
          icon={Unplug}
          onClick={() => onDisconnect(client)}
          aria-label={`Disconnect ${client.name}`}
        />
      ),
    },
  ];
}

type DisconnectProps = { readonly client: ClientReply; readonly onClose: () => void };

function Disconnect({ client: { name, agentId }, onClose }: DisconnectProps) {
  const disconnect = useAsk("POST /agents/:id/disconnect", ["GET /broker/clients", "GET /broker"]);
  return (
    <Confirm
      title={`Disconnect ${name}?`}
      verb="Disconnect"
      open
      busy={disconnect.isPending}
      onClose={onClose}
      onConfirm={() => disconnect.mutate({ params: { id: agentId } }, { onSuccess: onClose })}
    >
      <ProblemNote problem={disconnect.error} />
      <p>It may come back at once. To keep it out, revoke its agent.</p>
    </Confirm>
  );
}
