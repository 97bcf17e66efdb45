import { generate, type Packet, parser, writeToStream } from "mqtt-packet";
import { type Problem, problem } from "../domain/problem.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { PacketView } from "./packet-reader.ts";

// The packets that come seldom are decoded and encoded by `mqtt-packet`; PUBLISH and its
// acknowledgements have a way of their own. Each packet gets a new parser: one that has met an
// error keeps its position.

// A buffer for each of all 65,536 numbers would take 8 MB, and does not make it any faster.
writeToStream.cacheNumbers = false;

export type Version = 3 | 4 | 5;
export type PacketOf<Command extends Packet["cmd"]> = Extract<Packet, { cmd: Command }>;

export function encode(packet: Packet, version: Version): Buffer {
  return generate(packet, { protocolVersion: version });
}

export function decode<P extends Packet>(view: PacketView, settings: object): Outcome<P, Problem> {
  const reader = parser(settings);
  const packets: Packet[] = [];
  const errors: string[] = [];
  reader.on("packet", (packet) => packets.push(packet));
  reader.on("error", (error: Error) => errors.push(error.message));
  try {
    reader.parse(view.buffer.subarray(view.start, view.end));
  } catch {
    errors.push("a length points behind the end of the packet"); // The parser reads on then.
  }
  const [packet] = packets;
  if (errors.length > 0 || !packet) {
    return failure(problem("packet_malformed", errors[0] ?? "the packet is too short"));
  }
  return success(packet as P);
}
