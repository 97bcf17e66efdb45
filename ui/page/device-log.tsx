import { Pause, Play } from "lucide-react";
import { useState } from "react";
import type { DeviceReply, HeardMessageReply, Reply } from "../../src/api/contract.ts";
import { formatBytes, formatCount, formatDateTime, formatValue } from "../format.ts";
import { mosquittoLine } from "../mosquitto.ts";
import { Age } from "../part/age.tsx";
import { Chip } from "../part/badge.tsx";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { CopyBlock } from "../part/copy.tsx";
import { Nothing, ProblemNote } from "../part/empty.tsx";
import { Figure } from "../part/figure.tsx";
import { Fold, Folds } from "../part/fold.tsx";
import { Table } from "../part/table.tsx";
import { useReply } from "../query.ts";
import { statusText } from "../status-text.ts";
import "./device-log.css";

/** Often enough to watch a device at work. */
const EVERY_MS = 2_000;

/** What a device sent lately, byte for byte, and what was read in it. */
export function DeviceLog({ device }: { readonly device: DeviceReply }) {
  const [isPaused, setPaused] = useState(false);
  const every = isPaused ? {} : { every: EVERY_MS };
  const { data, error } = useReply(
    "GET /devices/:id/messages",
    { params: { id: device.id } },
    every,
  );
  return (
    <Card
      title="Messages"
      meta="The newest that the device sent since the server started, as they came"
      flush
      actions={
        <Button icon={isPaused ? Play : Pause} onClick={() => setPaused(!isPaused)}>
          {isPaused ? "Go on" : "Pause"}
        </Button>
      }
    >
      <ProblemNote problem={error} />
      {data?.items.length === 0 && <Nothing>None yet: the next one shows here.</Nothing>}
      <div className="device-log">
        <Folds label="Messages">
          {data?.items.map((message) => (
            <MessageFold key={message.number} message={message} ports={data} device={device} />
          ))}
        </Folds>
      </div>
    </Card>
  );
}

type Ports = Pick<Reply<"GET /devices/:id/messages">, "mqttPort" | "mqttsPort">;

type MessageFoldProps = {
  readonly message: HeardMessageReply;
  readonly ports: Ports;
  readonly device: DeviceReply;
};

function MessageFold({ message, ports, device }: MessageFoldProps) {
  const { at, topic, bytes, warnings, problem, retain, excerpt } = message;
  const size = formatBytes(bytes);
  const line = lineOf(message, ports);
  return (
    <Fold
      line={
        <>
          <span className="cut device-log-result">{resultOf(message, device)}</span>
          <code className="dim cut device-log-topic">{topic}</code>
          <span className="dim right device-log-size">{`${size.text} ${size.unit}`}</span>
          <span className="dim right">
            <Age at={at} />
          </span>
        </>
      }
    >
      <p className="dim wrap-anywhere">
        {formatDateTime(at)} · <code>{topic}</code> {retain && <Chip>retained</Chip>}
      </p>
      {excerpt && <CopyBlock text={excerpt} label="Copy the payload" />}
      {problem && <p className="wrap-anywhere">{`It would be refused now: ${problem.detail}`}</p>}
      {message.readings.length > 0 && <Readings message={message} device={device} />}
      {warnings.map(({ code, detail }) => (
        <p key={code} className="wrap-anywhere">
          <code>{code}</code> <span className="dim">{detail}</span>
        </p>
      ))}
      {line && (
        <>
          <span className="hint">
            The same from a terminal, as the agent that may publish there
          </span>
          <CopyBlock text={line} label="Copy the mosquitto_pub command" />
        </>
      )}
    </Fold>
  );
}

type ReadingsProps = Pick<MessageFoldProps, "message" | "device">;

function Readings({ message: { readings, readingCount }, device }: ReadingsProps) {
  return (
    <>
      <Table
        label="What was read in it"
        rows={readings.map((reading, index) => ({ ...reading, key: String(index) }))}
        rowKey={({ key }) => key}
        columns={[
          { head: "Channel", grow: true, cell: ({ channel }) => <code>{channel}</code> },
          {
            head: "Value",
            align: "right",
            cell: ({ channel, value, quality, statusWord, toldAfterwards }) => (
              <>
                <Figure {...formatValue(value, variableOf(device, channel))} quality={quality} />
                {statusWord !== undefined && (
                  <div className="dim hint">{statusText(statusWord)}</div>
                )}
                {toldAfterwards && <div className="dim hint">told afterwards</div>}
              </>
            ),
          },
          {
            head: "Of",
            align: "right",
            wide: true,
            cell: (reading) => <span className="dim">{formatDateTime(reading.at)}</span>,
          },
        ]}
      />
      {readingCount > readings.length && (
        <p className="dim">{`and ${formatCount(readingCount - readings.length, "more value")}`}</p>
      )}
    </>
  );
}

/** A channel that the device does not have yet. */
const UNNAMED = { dataType: "number" } as const;

function variableOf({ channels }: DeviceReply, channel: string) {
  return channels.find(({ name }) => name === channel)?.proposal ?? UNNAMED;
}

/** In a word or two: `humid.humidity 49 %`, `6 values, 1 warning`. */
function resultOf(message: HeardMessageReply, device: DeviceReply): string {
  const { readings, readingCount, told, warnings, problem } = message;
  if (problem) return "not understood now";
  const [reading] = readings;
  const parts = [
    ...(readingCount > 1 ? [formatCount(readingCount, "value")] : []),
    ...(readingCount === 1 && reading ? [saidBy(reading, device)] : []),
    ...told.map((kind) => TOLD_WORDS[kind] ?? kind),
    ...(warnings.length > 0 ? [formatCount(warnings.length, "warning")] : []),
  ];
  return parts.length > 0 ? parts.join(", ") : "nothing new";
}

function saidBy(
  { channel, value }: HeardMessageReply["readings"][number],
  device: DeviceReply,
): string {
  const { text, unit } = formatValue(value, variableOf(device, channel));
  return [channel, text, unit].filter(Boolean).join(" ");
}

const TOLD_WORDS: Readonly<Record<string, string>> = {
  channels: "its channels",
  model: "a model",
  instantiate: "a wish to use its model",
  "model-wanted": "a question for its model",
  "token-wanted": "a question for a token",
  events: "events",
  file: "a file",
  progress: "how far a command is",
  confirmation: "an answer to a command",
  sequence: "its number",
  gone: "its leave",
};

/** Only what is there in full can be sent again. */
function lineOf({ topic, excerpt, bytes, retain }: HeardMessageReply, ports: Ports) {
  const isHex = excerpt.startsWith("0x") && excerpt.length === 2 + 2 * bytes;
  const isText = new TextEncoder().encode(excerpt).length === bytes;
  if (!isHex && !isText) return null;
  const form = isHex && !isText ? { hex: excerpt.slice(2) } : { payload: excerpt };
  return mosquittoLine({ topic, retain, qos: 1, ...ports, ...form }, location.hostname);
}
