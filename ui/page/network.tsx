import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Download, Send, Upload } from "lucide-react";
import { useState } from "react";
import type { CommandTypeReply, NetworkReply, NodeReply } from "../../src/api/contract.ts";
import { formatCount } from "../format.ts";
import { unsentOf } from "../network-words.ts";
import { Chip } from "../part/badge.tsx";
import { Button } from "../part/button.tsx";
import { Empty, ProblemNote, Waiting } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";
import { Tabs } from "../part/tabs.tsx";
import { useReply } from "../query.ts";
import { useMay } from "../session.ts";
import { useRefetchOn } from "../use-refetch.ts";
import { NetworkChecklist } from "./network-checklist.tsx";
import { NetworkImport } from "./network-import.tsx";
import { NetworkNodes } from "./network-nodes.tsx";
import { NetworkSettings } from "./network-settings.tsx";
import { NetworkState } from "./networks.tsx";
import { RolloutNew } from "./rollout-new.tsx";
import { RolloutsCard } from "./rollouts.tsx";
import "./network.css";

const route = getRouteApi("/frame/networks/$driver/$network");
const EVERY_MS = 10_000;

/** A network with its nodes: how they are, what they are told, what commissioning still lacks. */
export function NetworkPage() {
  const { driver, network: id } = route.useParams();
  const params = { driver, network: id };
  const reply = useReply("GET /networks/:driver/:network", { params }, { every: EVERY_MS });
  useRefetchOn(
    ({ subject }) => /^(network|device|rollout|template|asset):/.test(subject),
    ["GET /networks/:driver/:network"],
  );
  const { network, nodes, settings = null } = reply.data ?? {};
  return (
    <Page
      title={id}
      path={[{ name: "Networks", link: { to: "/networks" } }]}
      {...(network ? { about: <Head network={network} /> } : {})}
      {...(nodes ? { actions: <Actions params={params} nodes={nodes} /> } : {})}
    >
      <ProblemNote problem={reply.error} />
      {network && nodes ? (
        <NetworkTabs network={network} nodes={nodes} type={settings} />
      ) : (
        !reply.error && <Waiting />
      )}
    </Page>
  );
}

function Head({ network }: { readonly network: NetworkReply }) {
  return (
    <>
      <NetworkState network={network} />
      <Chip>{network.protocol}</Chip>
      <span className="dim num">{formatCount(network.devices, "node")}</span>
    </>
  );
}

type ActionsProps = {
  readonly params: { readonly driver: string; readonly network: string };
  readonly nodes: readonly NodeReply[];
};

function Actions({ params, nodes }: ActionsProps) {
  const mayEngineer = useMay("engineer");
  const mayCommand = useMay("command");
  const [open, setOpen] = useState<"import" | "rollout" | null>(null);
  const { driver, network } = params;
  const unsent = unsentOf(nodes);
  const file = `/api/v1/networks/${encodeURIComponent(driver)}/${encodeURIComponent(network)}`;
  const close = () => setOpen(null);
  return (
    <>
      <a className="button plain" href={`${file}/nodes.csv`} download={`${network}.csv`}>
        <Download size={15} strokeWidth={1.9} aria-hidden />
        Nodes as CSV
      </a>
      {mayEngineer && (
        <Button icon={Upload} onClick={() => setOpen("import")}>
          Import CSV …
        </Button>
      )}
      {mayCommand && (
        <Button
          kind={unsent.length > 0 ? "primary" : "plain"}
          icon={Send}
          onClick={() => setOpen("rollout")}
        >
          Roll out settings …
        </Button>
      )}
      {open === "import" && <NetworkImport params={params} onClose={close} />}
      {open === "rollout" && <RolloutNew network={network} nodes={nodes} onClose={close} />}
    </>
  );
}

type NetworkTabsProps = {
  readonly network: NetworkReply;
  readonly nodes: readonly NodeReply[];
  readonly type: CommandTypeReply | null;
};

function NetworkTabs({ network, nodes, type }: NetworkTabsProps) {
  const { tab } = route.useSearch();
  const navigate = useNavigate();
  const tabs = [
    {
      id: "nodes",
      label: "Nodes",
      content: (
        <>
          <RolloutsCard />
          <NetworkNodes nodes={nodes} />
        </>
      ),
    },
    {
      id: "settings",
      label: "Settings",
      content: type ? (
        <NetworkSettings network={network} type={type} nodes={nodes} />
      ) : (
        <Empty title="These devices have no settings" />
      ),
    },
    { id: "checklist", label: "Commissioning", content: <NetworkChecklist nodes={nodes} /> },
  ];
  return (
    <Tabs
      label="Network"
      tabs={tabs}
      open={tabs.some(({ id }) => id === tab) ? (tab ?? "nodes") : "nodes"}
      onOpen={(id) =>
        void navigate({ to: ".", search: id === "nodes" ? {} : { tab: id }, replace: true })
      }
    />
  );
}
