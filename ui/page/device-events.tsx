import type { AssetEventReply, DeviceReply } from "../../src/api/contract.ts";
import { formatCount, formatDateTime } from "../format.ts";
import { Age } from "../part/age.tsx";
import { State, type StateKind } from "../part/badge.tsx";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { type Fact, Facts } from "../part/facts.tsx";
import { Fold, Folds } from "../part/fold.tsx";
import { useAsk, useReply } from "../query.ts";
import { useMay } from "../session.ts";
import "./device-messages.css";

/** Things happen seldom: nobody waits for the next one. */
const EVERY_MS = 10_000;
const SHOWN = 20;

/** What the device or a program told of its asset; nothing where nothing was told. */
export function DeviceEvents({ device }: { readonly device: DeviceReply }) {
  const { data, error } = useReply(
    "GET /devices/:id/events",
    { params: { id: device.id }, query: { limit: SHOWN } },
    { every: EVERY_MS },
  );
  if (!error && (data?.total ?? 0) === 0) return null;
  const all = data && data.total > SHOWN ? ` of ${formatCount(data.total, "event")}` : "";
  return (
    <Card title="Events" meta={`The newest${all} that were told of it`} flush>
      <ProblemNote problem={error} />
      <div className="event-folds">
        <Folds label="Events">
          {data?.items.map((event) => (
            <EventFold key={event.id} event={event} />
          ))}
        </Folds>
      </div>
    </Card>
  );
}

function EventFold({ event }: { readonly event: AssetEventReply }) {
  const { at, description, typeId, acknowledged } = event;
  const named = event.fields["type"];
  const type = typeof named === "string" ? named : typeId.slice(typeId.lastIndexOf(".") + 1);
  return (
    <Fold
      line={
        <>
          <span className="cut">{description || type}</span>
          <SeverityState event={event} />
          <span className="dim right">
            <Age at={at} />
          </span>
        </>
      }
    >
      <Facts facts={factsOf(event, type)} />
      {!acknowledged && <Acknowledge event={event} />}
    </Fold>
  );
}

function SeverityState({ event: { severity, acknowledged } }: { readonly event: AssetEventReply }) {
  const known = SEVERITIES.get(severity ?? 0) ?? UNKNOWN;
  return (
    <State kind={acknowledged ? "off" : known.kind}>
      {acknowledged ? `${known.word}, seen` : known.word}
    </State>
  );
}

const UNKNOWN = { kind: "off", word: "Event" } as const;

/** Insights Hub's numbers. */
const SEVERITIES: ReadonlyMap<number, { readonly kind: StateKind; readonly word: string }> =
  new Map([
    [20, { kind: "wrong", word: "Error" }],
    [30, { kind: "on", word: "Warning" }],
    [40, { kind: "off", word: "Information" }],
  ]);

function Acknowledge({ event }: { readonly event: AssetEventReply }) {
  const mayCommand = useMay("command");
  const ask = useAsk("POST /asset-events/:id/acknowledge", ["GET /devices/:id/events"]);
  if (!mayCommand) return null;
  return (
    <>
      <Button busy={ask.isPending} onClick={() => ask.mutate({ params: { id: event.id } })}>
        Acknowledge
      </Button>
      <ProblemNote problem={ask.error} />
    </>
  );
}

function factsOf({ at, fields }: AssetEventReply, type: string): readonly Fact[] {
  const own = Object.entries(fields)
    .filter(([name]) => name !== "description" && name !== "type")
    .map(
      ([name, value]): Fact => [name, typeof value === "string" ? value : JSON.stringify(value)],
    );
  return [["Happened", formatDateTime(at)], ["Type", type], ...own];
}
