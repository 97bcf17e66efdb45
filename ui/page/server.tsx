import type { Reply } from "../../src/api/contract.ts";
import { State, type StateKind } from "../part/badge.tsx";
import { Card } from "../part/card.tsx";
import { ProblemNote, Waiting } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";
import { useReply } from "../query.ts";
import { useMay } from "../session.ts";
import { Backups } from "./server-backups.tsx";
import { Storage } from "./server-storage.tsx";
import { ServerAbove } from "./server-uplink.tsx";
import "./server.css";

const EVERY_MS = 5_000;

type Health = Reply<"GET /health">;

/** The server itself: whether it is well, what it stores and what room is left, its backups. */
export function ServerPage() {
  const { data: health, error } = useReply("GET /health", {}, { every: EVERY_MS });
  const mayAdminister = useMay("administer");
  return (
    <Page title="Server">
      <ProblemNote problem={error} />
      {health ? <ServerState health={health} /> : !error && <Waiting />}
      <Storage />
      {health?.uplink && <ServerAbove uplink={health.uplink} />}
      {mayAdminister && <Backups />}
    </Page>
  );
}

const STATES: Readonly<Record<Health["status"], readonly [kind: StateKind, words: string]>> = {
  ready: ["on", "Well: values are taken and stored"],
  degraded: ["wrong", "Needs attention; values are taken and stored"],
  unready: ["wrong", "No values are stored, and none acknowledged"],
};

function ServerState({ health: { status, reasons, mqttAck } }: { readonly health: Health }) {
  const version = useReply("GET /version", {}).data?.version;
  const [kind, words] = STATES[status];
  return (
    <Card title="State" meta={version && `Fieldline ${version}`}>
      <div role="status" className="server-state">
        <State kind={kind}>{words}</State>
        {reasons.length > 0 && (
          <ul className="server-reasons">
            {reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        )}
      </div>
      <p className="hint">{ACKNOWLEDGED[mqttAck]}</p>
    </Card>
  );
}

const ACKNOWLEDGED: Readonly<Record<Health["mqttAck"], string>> = {
  synced: "MQTT messages are acknowledged once the disk has them.",
  written:
    "MQTT messages are acknowledged before the disk has them: a power cut may take the newest.",
};
