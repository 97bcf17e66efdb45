import { Link } from "@tanstack/react-router";
import type { DeviceReply } from "../../src/api/contract.ts";
import { ALIVE_KINDS, ALIVE_WORDS, alivenessOf, patienceOf, silentWords } from "../device-state.ts";
import { formatCount, formatNumber } from "../format.ts";
import { Age } from "../part/age.tsx";
import { Chip, State } from "../part/badge.tsx";
import { type Column, Table } from "../part/table.tsx";
import { useByTime } from "../use-live.ts";

type DeviceListProps = { readonly devices: readonly DeviceReply[] };

const COLUMNS: readonly Column<DeviceReply>[] = [
  { head: "Device", cell: (device) => <DeviceLink device={device} /> },
  { head: "State", cell: (device) => <Alive device={device} /> },
  { head: "Protocol", cell: ({ protocol }) => <Chip>{protocol}</Chip> },
  {
    head: "Address",
    grow: true,
    cell: ({ address }) => <code className="dim">{address}</code>,
  },
  { head: "Asset", cell: (device) => <AssetLink device={device} /> },
  { head: "Warnings", align: "right", cell: ({ warnings }) => <Warnings of={warnings.length} /> },
  { head: "Messages", align: "right", cell: ({ messages }) => formatNumber(messages, 0) },
  {
    head: "Heard",
    align: "right",
    cell: ({ lastSeenAt }) => <Age at={lastSeenAt} never="Never" />,
  },
];

export function DeviceTable({ devices }: DeviceListProps) {
  return <Table label="Devices" rows={devices} rowKey={({ id }) => id} columns={COLUMNS} />;
}

/** The same rows where a table does not fit. */
export function DeviceCards({ devices }: DeviceListProps) {
  return (
    <ul className="device-cards">
      {devices.map((device) => (
        <li key={device.id}>
          <Link to="/devices/$deviceId" params={{ deviceId: device.id }}>
            <span className="row">
              <b className="cut">{device.name}</b>
              <span className="device-card-state">
                <Alive device={device} />
              </span>
            </span>
            <span className="row hint">
              <span>{device.protocol}</span>
              <code className="cut">{device.address}</code>
            </span>
            <span className="row hint num">
              <span>{formatCount(device.messages, "message")}</span>
              {device.warnings.length > 0 && (
                <span>{formatCount(device.warnings.length, "warning")}</span>
              )}
              <span className="device-card-state">
                <Age at={device.lastSeenAt} never="Never heard" />
              </span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

type DeviceProps = { readonly device: DeviceReply };

function Alive({ device }: DeviceProps) {
  const patienceMs = patienceOf(device);
  const alive = useByTime((now) => alivenessOf(device, patienceMs, now));
  const silent = alive === "reporting" ? silentWords(device.silent) : "";
  return (
    <>
      <State kind={ALIVE_KINDS[alive]}>{ALIVE_WORDS[alive]}</State>
      {silent && <span className="hint below">{silent}</span>}
    </>
  );
}

function DeviceLink({ device: { id, name } }: DeviceProps) {
  return (
    <Link to="/devices/$deviceId" params={{ deviceId: id }}>
      {name}
    </Link>
  );
}

function AssetLink({ device: { assetId, assetName } }: DeviceProps) {
  if (!assetId) return null;
  return (
    <Link to="/plant/$assetId" params={{ assetId }} className="device-asset">
      {assetName ?? "Its asset"}
    </Link>
  );
}

function Warnings({ of }: { readonly of: number }) {
  return of === 0 ? <span className="hint">0</span> : <b>{formatNumber(of, 0)}</b>;
}
