import { Link } from "@tanstack/react-router";
import { Network } from "lucide-react";
import type { NetworkReply } from "../../src/api/contract.ts";
import { formatCount, formatNumber } from "../format.ts";
import { networkWords } from "../network-words.ts";
import { Age } from "../part/age.tsx";
import { State } from "../part/badge.tsx";
import { LinkButton } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Empty, ProblemNote, Waiting } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";
import { type Column, Table } from "../part/table.tsx";
import { useReply } from "../query.ts";
import { useRefetchOn } from "../use-refetch.ts";
import { RolloutsCard } from "./rollouts.tsx";

const EVERY_MS = 10_000;

/** Networks of devices: which are there, and how their devices are. */
export function NetworksPage() {
  const reply = useReply("GET /networks", {}, { every: EVERY_MS });
  useRefetchOn(({ subject }) => subject.startsWith("network:"), ["GET /networks"]);
  const items = reply.data?.items;
  return (
    <Page title="Networks">
      <ProblemNote problem={reply.error} />
      {!items && !reply.error && <Waiting />}
      {items && (
        <Card title="Networks" flush={items.length > 0} meta={formatCount(items.length, "network")}>
          {items.length > 0 ? (
            <Table
              label="Networks"
              rows={items}
              rowKey={({ driver, id }) => `${driver} ${id}`}
              columns={COLUMNS}
            />
          ) : (
            <Empty
              icon={Network}
              title="No network yet"
              action={<LinkButton to="/agents/new">New agent</LinkButton>}
            >
              A viaSens network shows here with its gateway's agent, before any node speaks.
            </Empty>
          )}
        </Card>
      )}
      <RolloutsCard />
    </Page>
  );
}

const COLUMNS: readonly Column<NetworkReply>[] = [
  {
    head: "Network",
    grow: true,
    cell: ({ driver, id }) => (
      <Link to="/networks/$driver/$network" params={{ driver, network: id }}>
        {id}
      </Link>
    ),
  },
  { head: "Gateway", cell: (network) => <NetworkState network={network} /> },
  { head: "Protocol", wide: true, cell: ({ protocol }) => protocol },
  { head: "Nodes", align: "right", cell: ({ devices }) => formatNumber(devices, 0) },
  { head: "Late", align: "right", wide: true, cell: ({ late }) => formatNumber(late, 0) },
  { head: "Offline", align: "right", cell: ({ offline }) => formatNumber(offline, 0) },
  {
    head: "Expected",
    align: "right",
    wide: true,
    cell: ({ expected }) => formatNumber(expected, 0),
  },
  {
    head: "In the inbox",
    align: "right",
    wide: true,
    cell: ({ waiting }) => formatNumber(waiting, 0),
  },
];

export function NetworkState({ network }: { readonly network: NetworkReply }) {
  const { kind, word } = networkWords(network);
  return (
    <span className="row">
      <State kind={kind}>{word}</State>
      {network.lost && (
        <span className="hint">
          <Age at={network.lost.since} never="" />
        </span>
      )}
    </span>
  );
}
