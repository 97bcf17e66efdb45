import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import type { CustomTopic } from "../domain/custom-topic.ts";
import type { Finding } from "../domain/findings.ts";
import type { Layout } from "../domain/frame.ts";
import type { NetworkTopics } from "../domain/network.ts";
import type { Problem } from "../domain/problem.ts";
import type { Quality, Value } from "../domain/reading.ts";
import type { Json, JsonObject } from "../lib/json.ts";

/** What a message holds: a JSON value, or `text` or `hex` where every byte matters. */
type Bytes = { readonly payload?: Json; readonly text?: string; readonly hex?: string };

/** `vectors/decode*.json`: what the house learns from a message. */
export type DecodeVector = Bytes & {
  readonly name: string;
  /** The place in the specification. */
  readonly cite: string;
  readonly topic: string;
  readonly retain?: boolean;
  /** The messages before it, whose lists of channels the house hands back. */
  readonly after?: readonly (Bytes & { readonly topic: string })[];
  readonly layout?: Layout;
  readonly custom?: CustomTopic;
  readonly network?: NetworkTopics;
  /** All of them, in order. */
  readonly readings?: readonly {
    readonly device: string;
    readonly channel: string;
    readonly value: Value | null;
    readonly quality: Quality;
    /** The status word, where it says more than the quality. */
    readonly word?: number;
    /** ISO 8601; absent where the message has no time, so that its arrival counts. */
    readonly at?: string;
  }[];
  /** All of them, in order: the code, or the code and how its detail begins. */
  readonly warnings?: readonly string[];
  /** All findings that are not readings, in order. */
  readonly findings?: readonly Json[];
  readonly problem?: string;
  /** How the problem's detail begins. */
  readonly detail?: string;
  /** Why no twin of ours says this; otherwise the readings are said by the twin and read again. */
  readonly unmirrored?: string;
};

/** `vectors/encode*.json`: how a command is said, and what the device understands. */
export type EncodeVector = Bytes & {
  readonly name: string;
  readonly cite: string;
  readonly device: string;
  readonly command: string;
  readonly parameters: JsonObject;
  readonly topic?: string;
  readonly retain?: boolean;
  readonly qos?: number;
  /** What the device understands, where that is not word for word the parameters. */
  readonly obeyed?: JsonObject;
  readonly problem?: string;
  readonly detail?: string;
};

/** `vectors/answer*.json`: what the protocol replies when the house accepted or refused. */
export type AnswerVector = {
  readonly name: string;
  readonly cite: string;
  readonly finding: Finding;
  readonly refused?: Problem;
  /** What the house has to tell, where it accepted. */
  readonly told?: JsonObject;
  readonly answers: readonly (Bytes & {
    readonly topic: string;
    readonly retain?: boolean;
    readonly qos?: number;
  })[];
};

export type Vectors = {
  readonly decode: readonly DecodeVector[];
  readonly encode: readonly EncodeVector[];
  readonly answer: readonly AnswerVector[];
};

/** All vectors of a driver's folder. */
export function vectorsIn(folder: URL): Vectors {
  const files = readdirSync(new URL("vectors/", folder)).filter((file) => file.endsWith(".json"));
  const read = <T>(kind: keyof Vectors) =>
    files
      .filter((file) => file.startsWith(kind))
      .flatMap((file): readonly T[] => {
        return JSON.parse(readFileSync(new URL(`vectors/${file}`, folder), "utf8"));
      });
  return { decode: read("decode"), encode: read("encode"), answer: read("answer") };
}

export function bytesOf({ payload, text, hex }: Bytes): Uint8Array {
  const given = [payload, text, hex].filter((form) => form !== undefined);
  assert.equal(given.length, 1, "a vector has one of payload, text and hex");
  if (hex !== undefined) return Buffer.from(hex.replaceAll(" ", ""), "hex");
  return Buffer.from(text ?? JSON.stringify(payload));
}
