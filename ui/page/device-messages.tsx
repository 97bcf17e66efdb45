import { Link } from "@tanstack/react-router";
import type { CommandReply, CommandTypeReply, DeviceReply } from "../../src/api/contract.ts";
import { commandWords } from "../command-words.ts";
import type { DeviceDetail } from "../device-state.ts";
import { formatCount, formatDateTime } from "../format.ts";
import { Age } from "../part/age.tsx";
import { State } from "../part/badge.tsx";
import { Card } from "../part/card.tsx";
import { CopyBlock } from "../part/copy.tsx";
import { Nothing } from "../part/empty.tsx";
import { type Fact, Facts } from "../part/facts.tsx";
import { Fold, Folds } from "../part/fold.tsx";
import { useReply } from "../query.ts";
import { useMay } from "../session.ts";
import { DeviceEvents } from "./device-events.tsx";
import { DeviceLog } from "./device-log.tsx";
import { ClearOrder, KEPT_ORDER } from "./kept-order.tsx";
import { PayloadExcerpt } from "./payload-excerpt.tsx";
import { RejectedFolds } from "./rejected-folds.tsx";
import "./device-messages.css";

/** What was sent to a device, and what was odd or wrong in what it sent. */
export function DeviceMessages({ detail }: { readonly detail: DeviceDetail }) {
  const { device, commandTypes, commands, rejected } = detail;
  return (
    <>
      <DeviceEvents device={device} />
      <DeviceLog device={device} />
      {commandTypes.length > 0 && <Commands types={commandTypes} commands={commands} />}
      <Warnings device={device} />
      <Card title="Known as" span={5}>
        <Facts facts={factsOf(device, useAgentName(device.agentId))} />
      </Card>
      <Card
        title="Rejected"
        meta="Messages of the same agent that were not taken; nothing of them was stored"
        flush
      >
        {rejected.length === 0 ? (
          <Nothing>None lately.</Nothing>
        ) : (
          <RejectedFolds rows={rejected} namesAgent={false} />
        )}
      </Card>
    </>
  );
}

type CommandsProps = {
  readonly types: readonly CommandTypeReply[];
  readonly commands: readonly CommandReply[];
};

function Commands({ types, commands }: CommandsProps) {
  return (
    <Card title="Commands" meta="What was sent from here, newest first" flush>
      {commands.length === 0 ? (
        <Nothing>Nothing yet.</Nothing>
      ) : (
        <div className="command-folds">
          <Folds label="Commands">
            {commands.map((command) => (
              <CommandFold
                key={command.id}
                command={command}
                type={types.find(({ name }) => name === command.name)}
              />
            ))}
          </Folds>
        </div>
      )}
    </Card>
  );
}

type CommandFoldProps = {
  readonly command: CommandReply;
  readonly type: CommandTypeReply | undefined;
};

function CommandFold({ command, type }: CommandFoldProps) {
  const { kind, word, meaning } = commandWords(command, type);
  return (
    <Fold
      line={
        <>
          <span className="cut">{type?.title ?? command.name}</span>
          <State kind={kind}>{word}</State>
          <span className="dim cut">{`by ${command.actor}`}</span>
          <span className="dim right">
            <Age at={command.requestedAt} />
          </span>
        </>
      }
    >
      <p className="dim">{`${formatDateTime(command.requestedAt)} · ${meaning}`}</p>
      {command.topic && <code className="dim wrap-anywhere">{command.topic}</code>}
      {command.payload && <CopyBlock text={command.payload} label="Copy the payload" />}
    </Fold>
  );
}

function Warnings({ device: { id, warnings } }: { readonly device: DeviceReply }) {
  return (
    <Card title="Warnings" meta="Odd, and taken all the same" span={7} flush>
      {warnings.length === 0 ? (
        <Nothing>None since the server started.</Nothing>
      ) : (
        <div className="warning-folds">
          <Folds label="Warnings">
            {warnings.map((warning) => (
              <WarningFold key={warning.code} warning={warning} deviceId={id} />
            ))}
          </Folds>
        </div>
      )}
    </Card>
  );
}

type WarningFoldProps = {
  readonly warning: DeviceReply["warnings"][number];
  readonly deviceId: string;
};

/** On opening, the message that brought it last. */
function WarningFold({ warning, deviceId }: WarningFoldProps) {
  const { code, detail, times, at, excerpt, bytes } = warning;
  return (
    <Fold
      line={
        <>
          <span className="cut">
            <code>{code}</code> <span className="dim">{detail}</span>
          </span>
          <span className="right">{formatCount(times, "time")}</span>
          <span className="dim right">
            <Age at={at} />
          </span>
        </>
      }
    >
      <p className="wrap-anywhere">{detail}</p>
      <p className="dim">{`Last time ${formatDateTime(at)}`}</p>
      <PayloadExcerpt excerpt={excerpt} bytes={bytes} />
      {code === KEPT_ORDER && <ClearOrder deviceId={deviceId} />}
    </Fold>
  );
}

function useAgentName(agentId: string): string | undefined {
  const maySee = useMay("engineer");
  const agent = useReply("GET /agents/:id", { params: { id: agentId } }, { when: maySee });
  return agent.data?.name;
}

function factsOf(device: DeviceReply, agentName: string | undefined): (Fact | false)[] {
  const { protocol, address, agentId, firstSeenAt, channels } = device;
  const retired = channels.filter((channel) => channel.retired).length;
  return [
    ["Protocol", protocol],
    ["Address", <code key="address">{address}</code>],
    agentName !== undefined && [
      "Agent",
      <Link key="agent" to="/agents/$agentId" params={{ agentId }} className="link">
        {agentName}
      </Link>,
    ],
    ["First heard", formatDateTime(firstSeenAt)],
    ["Values", formatCount(channels.length - retired, "channel")],
    retired > 0 && ["No longer declared", formatCount(retired, "channel")],
  ];
}
