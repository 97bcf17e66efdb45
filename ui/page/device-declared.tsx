import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { ChannelReply, DeviceReply, PointReply } from "../../src/api/contract.ts";
import { formatCount, formatName, formatNumber } from "../format.ts";
import { Card } from "../part/card.tsx";
import { Empty, ProblemNote } from "../part/empty.tsx";
import { type Column, Table } from "../part/table.tsx";
import { useReply } from "../query.ts";
import { useMay } from "../session.ts";

/** Where a device is configured that takes no settings from here, and by what it is known. */
const SOURCES: Readonly<Record<string, { readonly by: string; readonly where: string }>> = {
  mindsphere: {
    by: "Known from its agent's model, or from its data source configuration.",
    where: "It is changed where the agent is programmed; what it publishes next counts.",
  },
  sparkplug: {
    by: "Known from its newest birth.",
    where: "It is changed at its edge node; a rebirth, under Commands, asks for all of it again.",
  },
  "scorp-io": {
    by: "Known from its birth, which the broker keeps.",
    where: "It is changed in the gateway's project; its next birth counts.",
  },
  json: {
    by: "Recognised in what it says: it declares nothing.",
    where:
      "Names, units and types were chosen when it was adopted, and are changed with its points.",
  },
  fieldline: {
    by: "Known from the Fieldline that speaks for it.",
    where: "It is changed in that Fieldline.",
  },
};

type Declared = {
  readonly channel: ChannelReply;
  readonly point: PointReply | undefined;
};

/** A device that cannot be told settings: what is known of its configuration, to be read. */
export function DeviceDeclared({ device }: { readonly device: DeviceReply }) {
  const { driver, channels, id } = device;
  const reply = useReply(
    "GET /points",
    { query: { deviceId: id, limit: 1_000 } },
    { when: channels.some(({ pointId }) => pointId !== null) },
  );
  const items = reply.data?.items;
  const rows = useMemo(() => {
    const points = new Map((items ?? []).map((point) => [point.id, point]));
    return channels.map((channel): Declared => {
      return { channel, point: points.get(channel.pointId ?? "") };
    });
  }, [channels, items]);
  const source = SOURCES[driver];
  return (
    <>
      <ProblemNote problem={reply.error} />
      <Card title="What is known of its configuration" actions={<Elsewhere device={device} />}>
        <p>{source?.by}</p>
        <p className="hint">{source?.where} It takes no settings from here.</p>
      </Card>
      <Card title="Channels" meta={formatCount(channels.length, "channel")} flush>
        {rows.length === 0 ? (
          <Empty title="Nothing is declared yet">
            Its channels stand here with its first word.
          </Empty>
        ) : (
          <Table
            label="Channels"
            rows={rows}
            rowKey={({ channel }) => channel.name}
            columns={COLUMNS}
          />
        )}
      </Card>
    </>
  );
}

function Elsewhere({ device: { driver, agentId } }: { readonly device: DeviceReply }) {
  const mayEngineer = useMay("engineer");
  if (!mayEngineer) return null;
  return driver === "json" ? (
    <Link to="/layouts" className="link">
      Layouts for bytes
    </Link>
  ) : (
    <Link to="/agents/$agentId" params={{ agentId }} className="link">
      Its agent
    </Link>
  );
}

const COLUMNS: readonly Column<Declared>[] = [
  {
    head: "Channel",
    cell: ({ channel }) => {
      const { name, retired } = channel;
      const own = propertyWords(channel);
      return (
        <>
          <code>{name}</code>
          <span className="hint below slim">{typeWords(channel)}</span>
          {own && <span className="hint below slim">{own}</span>}
          {retired && <span className="hint below">no longer declared</span>}
        </>
      );
    },
  },
  { head: "Type", wide: true, cell: ({ channel }) => typeWords(channel) },
  {
    head: "Says",
    wide: true,
    grow: true,
    cell: ({ channel }) => <Says channel={channel} />,
  },
  { head: "Feeds", cell: ({ point }) => <Feeds point={point} /> },
];

/** What the house makes of the declaration, and what else the device says in its own words. */
function Says({ channel }: Pick<Declared, "channel">) {
  const own = propertyWords(channel);
  const meaning = meaningOf(channel.proposal);
  return (
    <>
      {(meaning || !own) && <span className="dim">{meaning || "–"}</span>}
      {own && <span className="hint below">{own}</span>}
    </>
  );
}

/** `engLow −10 · tooltip Tank 3`. */
function propertyWords({ properties = {} }: ChannelReply): string {
  return Object.entries(properties)
    .map(([key, text]) => `${key} ${text.replace(/^-(?=\d)/, "−")}`)
    .join(" · ");
}

function Feeds({ point }: Pick<Declared, "point">) {
  if (!point) return <span className="dim">nothing yet</span>;
  const { assetId, path, variable } = point;
  return (
    <>
      <Link to="/plant/$assetId" params={{ assetId }}>
        {formatName(variable.name)}
      </Link>
      <span className="hint below">{path.split("/").at(-1)}</span>
    </>
  );
}

type Variable = ChannelReply["proposal"];

function typeWords({ form, proposal: { dataType, unit, int32 } }: ChannelReply): string {
  const type = form ?? (int32 ? "integer of 32 bits" : dataType);
  return unit ? `${type}, ${unit}` : type;
}

/** What else its declaration says of a value. */
function meaningOf({ range, states, bits, counter }: Variable): string {
  const parts = [
    ...(range ? [`${formatNumber(range[0])} to ${formatNumber(range[1])}`] : []),
    ...(states ? [Object.values(states).join(", ")] : []),
    ...(bits ? [formatCount(bits.length, "bit")] : []),
    ...(counter ? ["counts up"] : []),
  ];
  return parts.join("; ");
}
