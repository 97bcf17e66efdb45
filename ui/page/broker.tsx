import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import type { Reply } from "../../src/api/contract.ts";
import { formatNumber } from "../format.ts";
import { Card } from "../part/card.tsx";
import { Nothing, ProblemNote, Waiting } from "../part/empty.tsx";
import { type Fact, Facts } from "../part/facts.tsx";
import { Figure } from "../part/figure.tsx";
import { Page } from "../part/page.tsx";
import { type Tab, Tabs } from "../part/tabs.tsx";
import { useReply } from "../query.ts";
import { BrokerClients } from "./broker-clients.tsx";
import { BrokerFigures, FigureValue, REFUSED, wordsOf } from "./broker-figures.tsx";
import { BrokerSessions } from "./broker-sessions.tsx";
import { BrokerSubscriptions } from "./broker-subscriptions.tsx";

const route = getRouteApi("/frame/broker");

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
      {data && <BrokerCards broker={data} />}
      <BrokerTabs broker={data} />
    </Page>
  );
}

function BrokerCards({ broker }: { readonly broker: Broker }) {
  return (
    <>
      <Card title="Traffic" span={4}>
        <Facts facts={[...paceOf(broker), ...factsOf(broker, "traffic")]} />
      </Card>
      <Card title="Kept" span={4}>
        <Facts facts={factsOf(broker, "kept")} />
      </Card>
      <Card title="At the limits" span={4}>
        <Losses broker={broker} />
      </Card>
    </>
  );
}

/** Whom it serves, what it remembers of them, and everything that it counts. */
function BrokerTabs({ broker }: { readonly broker: Broker | undefined }) {
  const { tab, search = "", session } = route.useSearch();
  const navigate = useNavigate();
  const tabs: Tab[] = [
    { id: "clients", label: "Clients", content: <BrokerClients search={search} /> },
    { id: "sessions", label: "Sessions", content: <BrokerSessions search={search} /> },
    {
      id: "subscriptions",
      label: "Subscriptions",
      content: <BrokerSubscriptions key={session ?? ""} search={search} session={session} />,
    },
    { id: "figures", label: "All figures", content: broker && <BrokerFigures broker={broker} /> },
  ];
  const open = tabs.some(({ id }) => id === tab) ? (tab ?? "clients") : "clients";
  return (
    <Tabs
      label="Broker"
      tabs={tabs}
      open={open}
      onOpen={(id) =>
        void navigate({ to: "/broker", search: id === "clients" ? {} : { tab: id }, replace: true })
      }
    />
  );
}

/** What may be lost is said where it is looked at, not only where it was chosen. */
const ACKNOWLEDGED: Readonly<Record<Broker["mqttAck"], string>> = {
  synced: "safe on the disk",
  written: "written: a power cut may take the newest",
};

function paceOf({ mqttAck, received, sent }: Broker): readonly Fact[] {
  return [
    ["Acknowledged when", ACKNOWLEDGED[mqttAck]],
    ["Receives", perSecond(received.perSecond)],
    ["Sends", perSecond(sent.perSecond)],
  ];
}

function factsOf({ figures }: Broker, group: Broker["figures"][number]["group"]): Fact[] {
  return figures
    .filter((figure) => figure.group === group)
    .map((figure) => [figure.says, <FigureValue key={figure.gauge} {...figure} />]);
}

/** What was met at a limit; what never was is among all figures. */
function Losses({ broker: { figures } }: { readonly broker: Broker }) {
  const met = figures.filter(({ group, value }) => group === "limit" && value > 0);
  if (met.length === 0) return <Nothing>Nothing was dropped, nobody was refused.</Nothing>;
  const facts = met.flatMap((figure): Fact[] => {
    if (figure.rows.length === 0) {
      return [[figure.says, <FigureValue key={figure.gauge} {...figure} />]];
    }
    return figure.rows
      .filter(({ value }) => value > 0)
      .map((row) => [wordsOf(figure, row), <FigureValue key={row.label} {...figure} {...row} />]);
  });
  return (
    <>
      <Facts facts={facts} />
      {met.some(({ gauge }) => gauge === REFUSED) && (
        <p className="hint">
          <Link to="/rejected">Who was refused, and why</Link>
        </p>
      )}
    </>
  );
}

function perSecond(value: number) {
  return <Figure text={formatNumber(value, value < 10 ? 1 : 0)} unit="messages/s" />;
}
