import { useMemo } from "react";
import type { DeviceReply, PointReply } from "../../src/api/contract.ts";
import { formatCount } from "../format.ts";
import { Card } from "../part/card.tsx";
import { Empty, ProblemNote, Waiting } from "../part/empty.tsx";
import { useReply } from "../query.ts";
import { useRefetchOn } from "../use-refetch.ts";
import { AssetTiles } from "./asset-tiles.tsx";
import { AssetTrend } from "./asset-trend.tsx";
import { ChannelTable } from "./channel-table.tsx";
import { DeviceHealth } from "./device-health.tsx";
import { DeviceSilent } from "./device-silent.tsx";
import "./asset.css";

/** More tiles than these are a wall; a table is read faster then. */
const TILES_MAX = 60;

/** What a device says now, and what it said before. */
export function DeviceLive({ device }: { readonly device: DeviceReply }) {
  const { channels } = device;
  const reply = useReply(
    "GET /points",
    { query: { deviceId: device.id, limit: 1_000 } },
    { when: channels.some(({ pointId }) => pointId !== null), every: 30_000 },
  );
  useRefetchOn(({ subject }) => subject === `device:${device.id}`, ["GET /points"]);
  const items = reply.data?.items;
  const points = useMemo(() => pointsOf(device, items ?? []), [device, items]);
  const masks = points.filter(({ variable }) => variable.bits);
  const others = points.filter(({ variable }) => !variable.bits);
  if (channels.length === 0) {
    return (
      <Card title="Live">
        {device.liveness === "expected" ? (
          <Empty title="It is expected, and has not spoken yet">
            Its values show here with its first word; what was laid down for it is sent to it then.
          </Empty>
        ) : (
          <Empty title="It has said nothing yet that can be shown" />
        )}
      </Card>
    );
  }
  if (reply.isLoading) return <Waiting />;
  return (
    <div className="asset device-live">
      <ProblemNote problem={reply.error} />
      {device.liveness === "reporting" && <DeviceSilent silent={device.silent} />}
      {masks.map((point) => (
        <DeviceHealth key={point.id} device={device} point={point} />
      ))}
      {others.length <= TILES_MAX &&
        byAsset(others).map(({ id, name, points: own }, _, { length }) => (
          <AssetTiles
            key={id}
            title={length === 1 ? "Live" : name}
            points={own}
            onEdit={undefined}
          />
        ))}
      {others.length > TILES_MAX || points.length === 0 ? <Channels device={device} /> : null}
      {others.length > 0 && <AssetTrend points={others} />}
    </div>
  );
}

function Channels({ device }: { readonly device: DeviceReply }) {
  const { length } = device.channels;
  return (
    <Card title="Live" meta={formatCount(length, "value")} flush>
      <ChannelTable device={device} channels={device.channels} />
    </Card>
  );
}

/** A MindSphere agent may feed many assets, whose variables are called alike. */
function byAsset(points: readonly PointReply[]) {
  return [...new Set(points.map(({ assetId }) => assetId))].map((id) => {
    const own = points.filter(({ assetId }) => assetId === id);
    return { id, name: own[0]?.path.split("/").at(-1) ?? "", points: own };
  });
}

/** The points that this device feeds, in the order of its channels. */
function pointsOf({ channels }: DeviceReply, points: readonly PointReply[]): PointReply[] {
  const byId = new Map(points.map((point) => [point.id, point]));
  return channels.flatMap(({ pointId, retired }) => {
    const point = pointId === null || retired ? undefined : byId.get(pointId);
    return point ? [point] : [];
  });
}
