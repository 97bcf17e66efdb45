import type { ChannelReply, DeviceReply } from "../../src/api/contract.ts";
import { formatName } from "../format.ts";
import { UNSOUND_WORDS } from "../health.ts";
import { Age } from "../part/age.tsx";
import { PointFigure } from "../part/figure.tsx";
import { Table } from "../part/table.tsx";
import { usePoint } from "../use-live.ts";

type ChannelTableProps = {
  readonly device: Pick<DeviceReply, "id" | "name">;
  readonly channels: readonly ChannelReply[];
};

/** What a device says by itself, channel by channel, whether or not it belongs to an asset. */
export function ChannelTable({ device, channels }: ChannelTableProps) {
  return (
    <Table
      label={`Values of ${device.name}`}
      rows={channels}
      rowKey={({ name }) => name}
      columns={[
        { head: "Quantity", cell: (channel) => <Quantity channel={channel} /> },
        {
          head: "Channel",
          wide: true,
          grow: true,
          cell: ({ name }) => <code className="hint">{name}</code>,
        },
        {
          head: "Now",
          align: "right",
          cell: (channel) => <PointFigure point={channelPoint(device, channel)} />,
        },
        {
          head: "Age",
          align: "right",
          cell: (channel) => <ChannelAge device={device} channel={channel} />,
        },
      ]}
    />
  );
}

/** Where the channel's own name has no room, its folder tells three phases apart. */
function Quantity({ channel: { name, proposal, unsound } }: Pick<ChannelProps, "channel">) {
  const folder = name.split("/").slice(0, -1).map(formatName).join(" · ");
  return (
    <>
      {formatName(proposal.name)}
      {folder && <span className="hint below slim">{folder}</span>}
      {unsound && <span className="hint below">{UNSOUND_WORDS}</span>}
    </>
  );
}

type ChannelProps = Pick<ChannelTableProps, "device"> & { readonly channel: ChannelReply };

function ChannelAge({ device, channel }: ChannelProps) {
  const newest = usePoint(channelPoint(device, channel));
  return <Age at={newest?.at ?? null} />;
}

/** A channel as the parts know points: the live feed carries it before it is adopted, too. */
export function channelPoint(
  { id }: Pick<DeviceReply, "id">,
  { name, pointId, proposal, latest }: ChannelReply,
) {
  return { id: pointId ?? `device:${id}/${name}`, variable: proposal, latest };
}
