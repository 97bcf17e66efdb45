import { Link } from "@tanstack/react-router";
import { Cpu } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import type { DeviceReply } from "../../src/api/contract.ts";
import { ALIVE_WORDS, type Aliveness, alivenessOf, patienceOf } from "../device-state.ts";
import { formatCount, formatNumber } from "../format.ts";
import { Button, LinkButton } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Empty, ProblemNote, Waiting } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";
import { Filters, SearchBox } from "../part/search-box.tsx";
import { Choice } from "../part/tabs.tsx";
import { useByTime } from "../use-live.ts";
import { PHONE, useMedia } from "../use-media.ts";
import { usePages } from "../use-pages.ts";
import { DeviceCards, DeviceTable } from "./device-list.tsx";
import "./devices.css";

const PAGE = 500;
const EVERY_MS = 10_000;
/** Rows on the screen at once: more are found by filtering, not by scrolling. */
const ROWS_MAX = 200;

/** All devices that belong to an asset, whatever they speak. */
export function DevicesPage() {
  const { rows, problem, more, isAsking, again } = usePages(
    "GET /devices",
    {},
    { limit: PAGE, every: EVERY_MS },
  );
  // A filter must see all of them.
  useEffect(() => {
    if (more && !isAsking) more();
  }, [more, isAsking]);
  return (
    <Page title="Devices">
      <ProblemNote problem={problem} onRetry={again} />
      {rows ? rows.length > 0 ? <Fleet devices={rows} /> : <NoDevices /> : !problem && <Waiting />}
    </Page>
  );
}

type Wanted = Aliveness | "all";

function Fleet({ devices }: { readonly devices: readonly DeviceReply[] }) {
  const [typed, setTyped] = useState("");
  const [protocol, setProtocol] = useState("");
  const [state, setState] = useState<Wanted>("all");
  const [shown, setShown] = useState(ROWS_MAX);
  const isPhone = useMedia(PHONE);
  const alive = useAliveness(devices);
  const found = useMemo(
    () =>
      devices.filter(
        (device, at) =>
          matches(device, typed) &&
          (protocol === "" || device.protocol === protocol) &&
          (state === "all" || alive[at] === state),
      ),
    [devices, typed, protocol, state, alive],
  );
  const rows = found.toSorted(byName).slice(0, shown);
  return (
    <>
      <Filters>
        <SearchBox label="Name, address or asset" value={typed} onChange={setTyped} />
        <Choice
          label="Protocol"
          value={protocol}
          onChange={setProtocol}
          options={protocolsOf(devices)}
        />
        <Choice label="State" value={state} onChange={setState} options={statesOf(alive)} />
      </Filters>
      <Card title="Devices" meta={countWords(found.length, devices.length)} flush>
        {rows.length === 0 ? (
          <Empty title="No device is like that">Widen the filter above.</Empty>
        ) : isPhone ? (
          <DeviceCards devices={rows} />
        ) : (
          <DeviceTable devices={rows} />
        )}
        {found.length > shown && (
          <div className="devices-more">
            <Button kind="quiet" onClick={() => setShown(shown + ROWS_MAX)}>
              {`Show more of ${formatNumber(found.length, 0)}`}
            </Button>
          </div>
        )}
      </Card>
    </>
  );
}

/** Of each device in turn; looked at every second, told only when one of them changes. */
function useAliveness(devices: readonly DeviceReply[]): readonly Aliveness[] {
  const patience = useMemo(() => devices.map(patienceOf), [devices]);
  const text = useByTime((now) =>
    devices.map(({ lastSeenAt }, at) => alivenessOf(lastSeenAt, patience[at] ?? 0, now)).join(),
  );
  return useMemo(() => text.split(",") as Aliveness[], [text]);
}

function matches({ name, address, assetName, protocol }: DeviceReply, typed: string): boolean {
  const text = `${name} ${address} ${assetName ?? ""} ${protocol}`.toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function byName(a: DeviceReply, b: DeviceReply): number {
  return a.name.localeCompare(b.name, "en", { numeric: true });
}

function protocolsOf(devices: readonly DeviceReply[]) {
  const names = [...new Set(devices.map(({ protocol }) => protocol))].sort();
  return [{ value: "", label: "All" }, ...names.map((name) => ({ value: name, label: name }))];
}

function statesOf(alive: readonly Aliveness[]): { value: Wanted; label: string }[] {
  const count = (state: Aliveness) => alive.filter((one) => one === state).length;
  const states = (["reporting", "late", "silent"] as const).map((state) => ({
    value: state,
    label: `${ALIVE_WORDS[state]} ${formatNumber(count(state), 0)}`,
  }));
  return [{ value: "all", label: "Any state" }, ...states];
}

function countWords(found: number, all: number): string {
  return found === all
    ? formatCount(all, "device")
    : `${formatNumber(found, 0)} of ${formatCount(all, "device")}`;
}

function NoDevices() {
  return (
    <Card title="No devices yet">
      <Empty
        icon={Cpu}
        title="No device belongs to an asset"
        action={
          <>
            <LinkButton to="/inbox" kind="primary">
              Open the inbox
            </LinkButton>
            <LinkButton to="/agents/new">New agent</LinkButton>
          </>
        }
      >
        A device that speaks waits in the <Link to="/inbox">inbox</Link> until somebody adopts it.
      </Empty>
    </Card>
  );
}
