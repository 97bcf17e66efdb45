import type { DeviceAddress } from "../../domain/brand.ts";
import type { Message } from "../../domain/message.ts";
import { notFiniteIn } from "../../domain/not-finite.ts";
import { problem } from "../../domain/problem.ts";
import type { Value } from "../../domain/reading.ts";
import { wordBeside } from "../../domain/status-word.ts";
import { failure } from "../../lib/outcome.ts";
import type { Twin, TwinReading } from "../driver.ts";
import { splitAddress, topicOf, type Verb } from "./topics.ts";

/** Far below what a broker takes in one packet; a single long text may be more. */
const BYTES_MAX = 64 * 1024;

/** It takes readings one by one, as they are made: of a backlog there are many. */
type GatewayTwin = Twin & { emit(readings: Iterable<TwinReading>): readonly Message[] };

/** The gateway's side of one of its devices. */
export function twin(device: DeviceAddress): GatewayTwin {
  return {
    emit(readings) {
      const messages: Message[] = [];
      let rows: string[] = [];
      let length = 0;
      let isLate = false;
      for (const reading of readings) {
        const row = rowOf(reading);
        const isOther = isLate !== (reading.isLate ?? false);
        if (rows.length > 0 && (isOther || length + row.length > BYTES_MAX)) {
          messages.push(messageOf(device, "samples", { rows, isLate }));
          rows = [];
          length = 0;
        }
        isLate = reading.isLate ?? false;
        rows.push(row);
        length += row.length;
      }
      if (rows.length > 0) messages.push(messageOf(device, "samples", { rows, isLate }));
      return messages;
    },

    tell(finding) {
      if (finding.kind !== "channels") return undefined;
      const rows = finding.channels.map(({ channel: name, dataType: type, unit }) =>
        JSON.stringify({ name, type, unit }),
      );
      return messageOf(device, "channels", { rows, isLate: false });
    },

    obey: ({ topic }) => failure(problem("command_unknown", topic)),
  };
}

/** `["channel",1767225600000,49]`, and behind it what is not plainly good. */
function rowOf({ channel, at, value, quality, word = 0, isPast = false }: TwinReading): string {
  const parts = [JSON.stringify(channel), String(at), jsonOf(value)];
  const beside = wordBeside(quality, word);
  const isSized = notFiniteIn(typeof value === "number" ? value : null) === undefined;
  const isMore = beside !== null || isPast || !isSized;
  if (quality !== "good" || isMore) parts.push(JSON.stringify(quality));
  if (isMore) parts.push(String(beside ?? 0));
  if (isPast || !isSized) parts.push(String(isPast));
  if (!isSized) parts.push(JSON.stringify(String(value)));
  return `[${parts.join()}]`;
}

/** JSON has numbers of any length: an integer beyond 2^53 needs no other form, nor does -0. */
function jsonOf(value: Value | null): string {
  if (Object.is(value, -0)) return "-0";
  return typeof value === "bigint" ? String(value) : JSON.stringify(value);
}

type Body = { readonly rows: readonly string[]; readonly isLate: boolean };

function messageOf(device: DeviceAddress, verb: Verb, { rows, isLate }: Body): Message {
  const { name } = splitAddress(device);
  const late = isLate ? '"late":true,' : "";
  const text = `{"device":${JSON.stringify(name)},${late}"${verb}":[${rows.join()}]}`;
  return { topic: topicOf(device, verb), payload: new TextEncoder().encode(text), qos: 1 };
}
