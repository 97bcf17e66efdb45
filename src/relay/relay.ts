import type { Refusal } from "../broker/broker.ts";
import type { Receive } from "../domain/link.ts";
import type { Problem } from "../domain/problem.ts";
import type { Driver } from "../driver/driver.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Outcome } from "../lib/outcome.ts";
import { WorkersLine } from "./line.ts";
import { openPost } from "./post.ts";
import { type ReceptionParts, WorkersReception } from "./reception.ts";

/** Where the house takes in, by HTTP. */
export const WORKERS_DOOR = "/workers/take-in";

/** The worker's end: hands everything that its broker brings to the house. */
export interface Relay {
  /** Settles when the house has it safe; until then it asks again and again. */
  readonly receive: Receive;
  /** A message that is not handed on; the house shows it. */
  refuse(refusal: Refusal): void;
  /** What the house has said of it; null where that is too long ago. */
  readonly isFirst: boolean | null;
  /** The broker has lost the worker's session. */
  gap(since: number): void;
  /** What is on its way may still arrive; what does not is given back to the broker. */
  close(): Promise<void>;
}

/** What the house tells a worker with its answer. */
export type News = {
  /** Which worker takes in where the broker does not spread messages. */
  readonly first: number;
  /** Topics to be taken in besides the trees of the drivers; left out where the worker knows. */
  readonly topics?: readonly string[];
  readonly print?: string;
};

/** The house's end: takes in what workers hand over. */
export interface Reception {
  /** One batch of one worker. Its sender acknowledges what is in it once this has succeeded. */
  takeIn(bytes: Uint8Array): Promise<Outcome<News, Problem>>;
  /** In words, which workers are missing or have trouble; empty while all take in. */
  troubles(): readonly string[];
  close(): void;
}

export type RelayOptions = {
  /** Which worker of how many this is, from 0. */
  readonly worker: number;
  readonly workers: number;
  /** Where the house is: `http://host:port`. */
  readonly house: string;
  readonly secret: string;
};

export type RelayParts = {
  readonly drivers: readonly Driver[];
  /** Why the worker does not take in as it should; empty while it does. */
  readonly trouble: () => string;
  /** Whether the broker spreads messages; null while it is not known. */
  readonly isShared: () => boolean | null;
  /** Told with each answer of the house whether this worker is the first. */
  readonly onFirst: (isFirst: boolean) => void;
  /** Told what the house wants besides the trees of the drivers, when that is something else. */
  readonly onTopics: (topics: readonly string[]) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly chance: () => number;
};

export function openRelay(options: RelayOptions, parts: RelayParts): Relay {
  const post = openPost(new URL(WORKERS_DOOR, options.house), options.secret);
  return new WorkersLine(options, { ...parts, post });
}

export function openReception(parts: ReceptionParts): Reception {
  return new WorkersReception(parts);
}
