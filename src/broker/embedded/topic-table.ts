import { isUtf8 } from "node:buffer";
import type { Gate } from "../../domain/gate.ts";
import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { isValidTopic } from "../../domain/topic.ts";
import { LazyMap } from "../../lib/lazy-map.ts";
import { REASON } from "../protocol.ts";
import type { Listener } from "./subscriptions.ts";

/** What a connection knows of a topic it publishes on, so that it is looked into once. */
export type KnownTopic = {
  readonly text: string;
  readonly bytes: Uint8Array;
  /** Why messages on it are not taken; null where they are. */
  readonly refusal: Problem | null;
  /** The same for the client. */
  readonly reason: number;
  /** Who listened when the subscriptions were in the state `listenersAsOf`. */
  listeners: readonly Listener[];
  listenersAsOf: number;
};

const ALLOWED = { refusal: null, reason: REASON.success };
const UNHEARD = { listeners: [], listenersAsOf: -1 };
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Devices repeat their topics: bytes are compared, and text is made, allowed and routed once. */
export class TopicTable {
  readonly #gate: Gate;
  readonly #known = new LazyMap<number, KnownTopic>();
  #last: KnownTopic | undefined;

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  /** Undefined where the bytes are no topic at all: MQTT 5.0 sections 3.3.2.1 and 4.7. */
  find(buffer: Buffer, start: number, end: number): KnownTopic | undefined {
    if (isSame(this.#last, buffer, start, end)) return this.#last;
    const hash = hashOf(buffer, start, end);
    let topic = this.#known.get(hash);
    if (!isSame(topic, buffer, start, end)) {
      topic = examine(this.#gate, Buffer.from(buffer.subarray(start, end)));
      if (topic === undefined) return undefined;
      if (this.#known.size >= LIMIT.topicsPerClient) this.#known.clear();
      this.#known.set(hash, topic);
    }
    this.#last = topic;
    return topic;
  }
}

/** For a message that has its topic as text: a will, or one from the house. */
export function knownTopic(text: string): KnownTopic {
  return { text, bytes: Buffer.from(text), ...ALLOWED, ...UNHEARD };
}

function isSame(known: KnownTopic | undefined, buffer: Buffer, start: number, end: number) {
  if (known === undefined || known.bytes.length !== end - start) return false;
  const bytes = known.bytes;
  for (let index = 0; index < bytes.length; index += 1) {
    if (bytes[index] !== buffer[start + index]) return false;
  }
  return true;
}

/** Fowler, Noll and Vo's hash (FNV-1a), 32 bits. */
function hashOf(buffer: Buffer, start: number, end: number): number {
  let hash = FNV_OFFSET;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (buffer[at] ?? 0), FNV_PRIME);
  return hash;
}

function examine(gate: Gate, bytes: Buffer): KnownTopic | undefined {
  const text = bytes.toString();
  if (!isUtf8(bytes) || !isValidTopic(text)) return undefined;
  return { text, bytes, ...judge(gate, text, bytes.length), ...UNHEARD };
}

function judge(gate: Gate, text: string, bytes: number): Pick<KnownTopic, "refusal" | "reason"> {
  if (bytes > LIMIT.topicBytes || text.split("/").length > LIMIT.topicLevels) {
    const detail = `a topic has at most ${LIMIT.topicBytes} bytes and ${LIMIT.topicLevels} levels`;
    return { refusal: problem("topic_forbidden", detail), reason: REASON.topicInvalid };
  }
  // The broker's own: a client that wrote there would speak in its name.
  if (gate.mayPublish(text) && !text.startsWith("$SYS/")) return ALLOWED;
  const detail = `the agent may not publish on ${text}`;
  return { refusal: problem("topic_forbidden", detail), reason: REASON.notAuthorised };
}
