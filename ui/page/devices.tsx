import { Link } from "@tanstack/react-router";
import { Cpu } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import type { DeviceReply } from "../../src/api/contract.ts";
import { ALIVE_WORDS, type Aliveness, alivenessOf, patienceOf } from "../device-state.ts";
import { formatCount, formatNumber } from "../format.ts";
import { LinkButton } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Empty, ProblemNote, Waiting } from "../part/empty.tsx";
import { More } from "../part/more.tsx";
import { Page } from "../part/page.tsx";
import { Filters, SearchBox } from "../part/search-box.tsx";
import { Choice } from "../part/tabs.tsx";
import { useByTime } from "../use-live.ts";
import { PHONE, useMedia } from "../use-media.ts";
import { type Pages, usePages } from "../use-pages.ts";
import { useSettled } from "../use-settled.ts";
import { DeviceCards, DeviceTable } from "./device-list.tsx";
import "./devices.css";

const PAGE = 200;
const EVERY_MS = 10_000;
/** Read at once, so that their states are counted; more are searched for, or asked for. */
const ROWS_MAX = 1_000;

/** All devices that belong to an asset, whatever they speak. */
export function DevicesPage() {
  const [typed, setTyped] = useState("");
  const search = useSettled(typed.trim());
  const pages = usePages("GET /devices", search === "" ? {} : { search }, {
    limit: PAGE,
    upTo: ROWS_MAX,
    every: EVERY_MS,
  });
  const { rows, problem, again } = pages;
  const isNew = rows?.length === 0 && search === "" && !pages.isOld;
  return (
    <Page title="Devices">
      <ProblemNote problem={problem} onRetry={again} />
      {!rows && !problem && <Waiting />}
      {isNew && <NoDevices />}
      {rows && !isNew && (
        <Fleet devices={rows} pages={pages}>
          <SearchBox label="Name, address or asset" value={typed} onChange={setTyped} />
        </Fleet>
      )}
    </Page>
  );
}

type FleetProps = {
  readonly devices: readonly DeviceReply[];
  readonly pages: Pages<"GET /devices">;
  readonly children: ReactNode;
};

type Wanted = Aliveness | "all";

function Fleet({ devices, pages, children }: FleetProps) {
  const [protocol, setProtocol] = useState("");
  const [state, setState] = useState<Wanted>("all");
  const isPhone = useMedia(PHONE);
  const alive = useAliveness(devices);
  const found = useMemo(
    () =>
      devices.filter(
        (device, at) =>
          (protocol === "" || device.protocol === protocol) &&
          (state === "all" || alive[at] === state),
      ),
    [devices, protocol, state, alive],
  );
  const rows = found.toSorted(byName);
  return (
    <>
      <Filters>
        {children}
        <Choice
          label="Protocol"
          value={protocol}
          onChange={setProtocol}
          options={protocolsOf(devices)}
        />
        <Choice label="State" value={state} onChange={setState} options={statesOf(alive)} />
      </Filters>
      <Card title="Devices" meta={countWords(found.length, pages.total)} flush>
        {rows.length === 0 ? (
          <Empty title="No device is like that">Widen the filter above.</Empty>
        ) : isPhone ? (
          <DeviceCards devices={rows} />
        ) : (
          <DeviceTable devices={rows} />
        )}
        <More {...pages} shown={devices.length} />
      </Card>
    </>
  );
}

/** Of each device in turn; looked at every second, told only when one of them changes. */
function useAliveness(devices: readonly DeviceReply[]): readonly Aliveness[] {
  const patience = useMemo(() => devices.map(patienceOf), [devices]);
  const text = useByTime((now) =>
    devices.map((device, at) => alivenessOf(device, patience[at] ?? 0, now)).join(),
  );
  return useMemo(() => text.split(",") as Aliveness[], [text]);
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
  const states = (["reporting", "late", "offline", "source lost", "expected"] as const).map(
    (state) => ({
      value: state,
      label: `${ALIVE_WORDS[state]} ${formatNumber(count(state), 0)}`,
    }),
  );
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
