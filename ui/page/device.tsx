import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Lightbulb } from "lucide-react";
import { lazy, Suspense } from "react";
import {
  ALIVE_KINDS,
  ALIVE_WORDS,
  alivenessOf,
  type DeviceDetail,
  firmwareWords,
  patienceOf,
} from "../device-state.ts";
import { formatCount } from "../format.ts";
import { animationCommand, IDENTIFY } from "../led-form.ts";
import { Age } from "../part/age.tsx";
import { Chip, State } from "../part/badge.tsx";
import { Button } from "../part/button.tsx";
import { ProblemNote, Waiting } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";
import { type Tab, Tabs } from "../part/tabs.tsx";
import { say } from "../part/toast.tsx";
import { useAsk, useReply } from "../query.ts";
import { useMay } from "../session.ts";
import { useByTime } from "../use-live.ts";
import { useRefetchOn } from "../use-refetch.ts";
import { DeviceDeclared } from "./device-declared.tsx";
import { DeviceLive } from "./device-live.tsx";
import { DeviceMessages } from "./device-messages.tsx";
import { DeviceReplace } from "./device-replace.tsx";
import "./device.css";

const DeviceRing = lazy(() =>
  import("./device-ring.tsx").then(({ DeviceRing }) => ({ default: DeviceRing })),
);
const DeviceSettings = lazy(() =>
  import("./device-settings.tsx").then(({ DeviceSettings }) => ({ default: DeviceSettings })),
);

const route = getRouteApi("/frame/devices/$deviceId");
const EVERY_MS = 5_000;
const RING_COMMANDS = ["led-ring", "led-ring-basic"];

/** Everything about one device, whatever it speaks. */
export function DevicePage() {
  const { deviceId } = route.useParams();
  const reply = useReply("GET /devices/:id", { params: { id: deviceId } }, { every: EVERY_MS });
  useRefetchOn(
    ({ kind, subject }) => kind.startsWith("command.") || subject === `device:${deviceId}`,
    ["GET /devices/:id"],
  );
  const detail = reply.data;
  return (
    <Page
      title={detail?.device.name ?? "Device"}
      path={[{ name: "Devices", link: { to: "/devices" } }]}
      {...(detail ? { about: <DeviceHead detail={detail} /> } : {})}
      {...(detail ? { actions: <Actions detail={detail} /> } : {})}
    >
      <ProblemNote problem={reply.error} />
      {detail ? <DeviceTabs detail={detail} /> : !reply.error && <Waiting />}
    </Page>
  );
}

function Actions({ detail }: { readonly detail: DeviceDetail }) {
  return (
    <>
      <DeviceReplace device={detail.device} />
      {hasRing(detail) && <Identify deviceId={detail.device.id} />}
    </>
  );
}

function DeviceHead({ detail: { device } }: { readonly detail: DeviceDetail }) {
  const { protocol, address, assetId, assetName, lastSeenAt, messages, demo } = device;
  const patienceMs = patienceOf(device);
  const aliveness = useByTime((now) => alivenessOf(device, patienceMs, now));
  return (
    <>
      <State kind={ALIVE_KINDS[aliveness]}>{ALIVE_WORDS[aliveness]}</State>
      <span className="dim">
        last heard{" "}
        <Age
          at={lastSeenAt}
          never={aliveness === "expected" ? "never" : "not since the server started"}
        />
      </span>
      <Chip>{protocol}</Chip>
      {device.api !== null && <Chip>{`api ${device.api}${firmwareWords(device)}`}</Chip>}
      <code className="device-address">{address}</code>
      {assetId ? (
        <Link to="/plant/$assetId" params={{ assetId }} className="link">
          {assetName ?? "Its asset"}
        </Link>
      ) : (
        <Link to="/inbox" className="link">
          Waits in the inbox
        </Link>
      )}
      <span className="dim num">{formatCount(messages, "message")}</span>
      {demo && <Chip>Demo</Chip>}
    </>
  );
}

function DeviceTabs({ detail }: { readonly detail: DeviceDetail }) {
  const { tab } = route.useSearch();
  const navigate = useNavigate();
  const { device, commandTypes, commands } = detail;
  const settings = commandTypes.filter(({ name }) => !RING_COMMANDS.includes(name));
  const tabs: Tab[] = [{ id: "live", label: "Live", content: <DeviceLive device={device} /> }];
  if (hasRing(detail)) {
    const content = (
      <Suspense fallback={<Waiting />}>
        <DeviceRing device={device} commands={commands} />
      </Suspense>
    );
    tabs.push({ id: "ring", label: "LED ring", content });
  }
  if (settings.length > 0) {
    const content = (
      <Suspense fallback={<Waiting />}>
        {settings.map((type) => (
          <DeviceSettings key={type.name} device={device} type={type} commands={commands} />
        ))}
      </Suspense>
    );
    const label = settings.some(({ kind }) => kind === "configure") ? "Configuration" : "Commands";
    tabs.push({ id: "settings", label, content });
  }
  if (commandTypes.every(({ kind }) => kind !== "configure")) {
    const content = <DeviceDeclared device={device} />;
    tabs.push({ id: "declared", label: "Configuration", content });
  }
  tabs.push({ id: "messages", label: "Messages", content: <DeviceMessages detail={detail} /> });
  const open = tabs.some(({ id }) => id === tab) ? (tab ?? "live") : "live";
  return (
    <Tabs
      label="Device"
      tabs={tabs}
      open={open}
      onOpen={(id) =>
        void navigate({
          to: ".",
          search: (before) => ({ ...before, tab: id === "live" ? undefined : id }),
          replace: true,
        })
      }
    />
  );
}

/** The one device among many that somebody stands in front of. */
function Identify({ deviceId }: { readonly deviceId: string }) {
  const mayCommand = useMay("command");
  const send = useAsk("POST /commands", ["GET /devices/:id"]);
  if (!mayCommand) return null;
  return (
    <Button
      icon={Lightbulb}
      busy={send.isPending}
      onClick={() =>
        send.mutate(
          { body: { deviceId, ...bodyOf() } },
          {
            onSuccess: ({ state }) => say(`Asked to blink white for 10 s: ${state}`),
            onError: (problem) => say(problem.message),
          },
        )
      }
    >
      Identify
    </Button>
  );
}

function bodyOf() {
  const { name, parameters } = animationCommand(IDENTIFY);
  return { name, parameters: { ...parameters } };
}

function hasRing({ commandTypes }: DeviceDetail): boolean {
  return commandTypes.some(({ name }) => RING_COMMANDS.includes(name));
}
