import { Link } from "@tanstack/react-router";
import type { Reply } from "../../src/api/contract.ts";
import { formatBytes, formatNumber } from "../format.ts";
import { Card } from "../part/card.tsx";
import { Nothing, ProblemNote, Waiting } from "../part/empty.tsx";
import { type Fact, Facts } from "../part/facts.tsx";
import { Figure } from "../part/figure.tsx";
import { Page } from "../part/page.tsx";
import { useReply } from "../query.ts";
import { rejectionHelp } from "../rejection-help.ts";
import { BrokerClients } from "./broker-clients.tsx";

const EVERY_MS = 2_000;

type Broker = Reply<"GET /broker">;

/** What the MQTT broker does, whom it serves, and what it could not do. */
export function BrokerPage() {
  const broker = useReply("GET /broker", {}, { every: EVERY_MS });
  const { data, error } = broker;
  return (
    <Page title="Broker" about={<span className="dim">Counted since the server started.</span>}>
      <ProblemNote problem={error} />
      {!data && !error && <Waiting />}
      {data?.trouble && (
        <p className="problem-note" role="alert">
          {data.trouble}
        </p>
      )}
      {data && (
        <>
          <Card title="Traffic" span={4}>
            <Facts facts={trafficOf(data)} />
          </Card>
          <Card title="Kept" span={4}>
            <Facts facts={keptOf(data)} />
          </Card>
          <Card title="Dropped and refused" span={4}>
            <Losses broker={data} />
          </Card>
        </>
      )}
      <BrokerClients />
    </Page>
  );
}

/** What may be lost is said where it is looked at, not only where it was chosen. */
const ACKNOWLEDGED: Readonly<Record<Broker["mqttAck"], string>> = {
  synced: "safe on the disk",
  written: "written: a power cut may take the newest",
};

function trafficOf({ received, sent, connections, ...broker }: Broker): readonly (Fact | false)[] {
  return [
    ["Acknowledged when", ACKNOWLEDGED[broker.mqttAck]],
    ["Clients", count(broker.clients)],
    ["Received", perSecond(received.perSecond)],
    ["Sent", perSecond(sent.perSecond)],
    ["Received in all", traffic(received)],
    ["Sent in all", traffic(sent)],
    connections.waiting > 0 && ["Wait to be let in", count(connections.waiting)],
    connections.held > 0 && ["Slowed down", count(connections.held)],
    broker.takeOvers > 0 && ["Taken over", count(broker.takeOvers)],
  ];
}

function keptOf(broker: Broker): readonly (Fact | false)[] {
  const { retained } = broker;
  return [
    ["Sessions", count(broker.sessions)],
    ["Subscriptions", count(broker.subscriptions)],
    ["Retained messages", count(retained.messages)],
    ["Retained", bytes(retained.bytes)],
    ["Waits for clients", bytes(broker.queuedBytes)],
    ["Waits for the disk", bytes(broker.pendingBytes)],
    ["Log of sessions", bytes(broker.logBytes)],
  ];
}

/** Why something was dropped, in words; what is missing here shows as it is called. */
const DROPPED: Readonly<Record<string, string>> = {
  backlog_full: "Too much waited in all",
  expired: "Its time was over",
  not_stored: "Could not be stored",
  packet_too_large: "Larger than its reader takes",
  queue_full: "Too much waited for a client",
  retained_full: "No room to retain it",
  session_evicted: "Its session had to make room",
  slow_subscriber: "Its reader was too slow",
  too_old: "Waited for days",
};

function Losses({ broker: { dropped, refused } }: { readonly broker: Broker }) {
  if (dropped.length + refused.length === 0) {
    return <Nothing>Nothing was dropped, nobody was refused.</Nothing>;
  }
  return (
    <>
      <Facts
        facts={[
          ...dropped.map(({ label, value }): Fact => [DROPPED[label] ?? label, count(value)]),
          ...refused.map(({ label, value }): Fact => [rejectionHelp(label).title, count(value)]),
        ]}
      />
      {refused.length > 0 && (
        <p className="hint">
          <Link to="/rejected">Who was refused, and why</Link>
        </p>
      )}
    </>
  );
}

function count(value: number) {
  return <span className="num">{formatNumber(value, 0)}</span>;
}

function perSecond(value: number) {
  return <Figure text={formatNumber(value, value < 10 ? 1 : 0)} unit="messages/s" />;
}

function bytes(value: number) {
  return <Figure {...formatBytes(value)} />;
}

function traffic({ messages, bytes }: Broker["received"]) {
  const { text, unit } = formatBytes(bytes);
  return <span className="num">{`${formatNumber(messages, 0)} in ${text} ${unit}`}</span>;
}
