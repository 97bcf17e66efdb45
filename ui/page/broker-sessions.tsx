import { Link } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import type { SessionReply } from "../../src/api/contract.ts";
import { formatBytes, formatCount, formatNumber } from "../format.ts";
import { Age } from "../part/age.tsx";
import { Chip } from "../part/badge.tsx";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Confirm } from "../part/dialog.tsx";
import { Empty, ProblemNote, Waiting } from "../part/empty.tsx";
import { More } from "../part/more.tsx";
import { Filters, SearchBox } from "../part/search-box.tsx";
import { type Column, Table } from "../part/table.tsx";
import { Choice } from "../part/tabs.tsx";
import { useAsk } from "../query.ts";
import { usePages } from "../use-pages.ts";
import { useSettled } from "../use-settled.ts";

const EVERY_MS = 3_000;
const PAGE = 100;
const STATES = [
  { value: "all", label: "All" },
  { value: "connected", label: "Connected" },
  { value: "away", label: "Away" },
  { value: "waiting", label: "With what waits" },
] as const;
type State = (typeof STATES)[number]["value"];

/** What the broker remembers of each client, connected or away. */
export function BrokerSessions({ search: first }: { readonly search: string }) {
  const [typed, setTyped] = useState(first);
  const [state, setState] = useState<State>("all");
  const [chosen, setChosen] = useState<SessionReply | null>(null);
  const search = useSettled(typed.trim());
  const query = { ...(search !== "" && { search }), ...(state !== "all" && { only: state }) };
  const pages = usePages("GET /broker/sessions", query, { limit: PAGE, every: EVERY_MS });
  const { rows, problem, again } = pages;
  const isAll = typed === "" && state === "all";
  return (
    <>
      <Filters>
        <SearchBox label="Name or client id" value={typed} onChange={setTyped} />
        <Choice label="Which sessions" options={STATES} value={state} onChange={setState} />
      </Filters>
      <Card title="Sessions" meta={rows && formatCount(pages.total, "session")} flush>
        <ProblemNote problem={problem} onRetry={again} />
        {!rows && !problem && <Waiting />}
        {rows?.length === 0 && <Empty title={isAll ? "No session is kept" : "None is like that"} />}
        {rows && rows.length > 0 && (
          <Table
            label="Sessions"
            rows={rows}
            rowKey={({ id }) => id}
            columns={columnsFor(setChosen)}
          />
        )}
        <More {...pages} shown={rows?.length ?? 0} />
      </Card>
      {chosen && <EndSession session={chosen} onClose={() => setChosen(null)} />}
    </>
  );
}

function columnsFor(onEnd: (session: SessionReply) => void): readonly Column<SessionReply>[] {
  return [
    { head: "Client", grow: true, cell: (session) => <Client {...session} /> },
    { head: "Client id", wide: true, cell: ({ clientId }) => <code>{clientId}</code> },
    { head: "State", wide: true, cell: (session) => <StateOf {...session} /> },
    { head: "Kept for", wide: true, align: "right", cell: (session) => keptFor(session) },
    {
      head: "Subscribed",
      align: "right",
      wide: true,
      cell: ({ id, subscriptions }) => <SubscriptionsLink id={id} count={subscriptions} />,
    },
    { head: "Waits", align: "right", cell: (session) => <Waits {...session} /> },
    {
      head: "Under way",
      align: "right",
      wide: true,
      cell: ({ inflight }) => formatNumber(inflight, 0),
    },
    {
      head: "Dropped",
      align: "right",
      wide: true,
      cell: ({ dropped }) => formatNumber(dropped, 0),
    },
    { head: "Gaps", align: "right", wide: true, cell: ({ gaps }) => formatNumber(gaps, 0) },
    {
      head: "End",
      align: "right",
      cell: (session) => (
        <Button
          kind="quiet"
          icon={Trash2}
          onClick={() => onEnd(session)}
          aria-label={`End the session of ${session.name}`}
        />
      ),
    },
  ];
}

function Client(session: SessionReply) {
  return (
    <>
      <Link to="/agents/$agentId" params={{ agentId: session.agentId }}>
        {session.name}
      </Link>
      <span className="hint below slim">
        <StateOf {...session} />
      </span>
    </>
  );
}

function StateOf({ isConnected, since, hasWill }: SessionReply) {
  return (
    <>
      {isConnected ? "Connected" : "Away"} <Age at={since} /> {hasWill && <Chip>Will</Chip>}
    </>
  );
}

const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3_600;
const MINUTE_SECONDS = 60;

/** What was agreed, in the largest unit that says it well. */
function keptFor({ expirySeconds }: SessionReply): string {
  if (expirySeconds === 0) return "its connection";
  if (expirySeconds >= DAY_SECONDS) return `${formatNumber(expirySeconds / DAY_SECONDS, 0)} d`;
  if (expirySeconds >= HOUR_SECONDS) return `${formatNumber(expirySeconds / HOUR_SECONDS, 0)} h`;
  if (expirySeconds >= MINUTE_SECONDS) {
    return `${formatNumber(expirySeconds / MINUTE_SECONDS, 0)} min`;
  }
  return `${expirySeconds} s`;
}

function Waits({ queued, queuedBytes }: SessionReply) {
  const { text, unit } = formatBytes(queuedBytes);
  return <span title={`${text} ${unit}`}>{formatNumber(queued, 0)}</span>;
}

/** From a client or a session to what it has subscribed. */
export function SubscriptionsLink({ id, count }: { readonly id: string; readonly count: number }) {
  return (
    <Link to="/broker" search={{ tab: "subscriptions", session: id }}>
      {formatNumber(count, 0)}
    </Link>
  );
}

type EndProps = { readonly session: SessionReply; readonly onClose: () => void };

function EndSession({ session, onClose }: EndProps) {
  const { agentId, clientId, name, isConnected } = session;
  const end = useAsk("POST /broker/sessions/end", [
    "GET /broker/sessions",
    "GET /broker/subscriptions",
    "GET /broker/clients",
    "GET /broker",
  ]);
  return (
    <Confirm
      title={`End the session of ${name}?`}
      verb="End session"
      open
      busy={end.isPending}
      onClose={onClose}
      onConfirm={() => end.mutate({ body: { agentId, clientId } }, { onSuccess: onClose })}
    >
      <ProblemNote problem={end.error} />
      <p>
        {lossOf(session)}
        {isConnected && " Its connection is closed; it may come back at once, and begins anew."}
      </p>
    </Confirm>
  );
}

/** `12 messages that wait for it and 2 subscriptions are gone for good.` */
function lossOf({ queued, subscriptions }: SessionReply): string {
  if (queued + subscriptions === 0) return "Nothing waits for it, and it has subscribed nothing.";
  const messages =
    queued === 1 ? "1 message that waits" : `${formatNumber(queued, 0)} messages that wait`;
  const gone = [
    ...(queued > 0 ? [`${messages} for it`] : []),
    ...(subscriptions > 0 ? [formatCount(subscriptions, "subscription")] : []),
  ];
  const verb = queued + subscriptions === 1 ? "is" : "are";
  return `${gone.join(" and ")} ${verb} gone for good.`;
}
