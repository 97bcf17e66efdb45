import type { AgentId, Timestamp } from "./brand.ts";
import type { Reading } from "./findings.ts";
import type { Problem } from "./problem.ts";

/** What travels on a link. Over MQTT the topic is the MQTT topic; other links make one up. */
export type Message = {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** The broker keeps it for those who subscribe later. Not kept where absent. */
  readonly retain?: boolean;
  /** Of no use after that: it is not delivered later. For ever where absent. */
  readonly expiresAt?: Timestamp;
  /** 1 where absent. */
  readonly qos?: 0 | 1 | 2;
  /** An answer that whoever subscribes late is told again, also after a restart: no secret. */
  readonly isKept?: true;
  /** Not to be said again on its topic within this time: whoever heard it is at it. */
  readonly restMs?: number;
};

export type ReceivedMessage = {
  readonly topic: string;
  /** Valid until the receiver settles; copy what must live longer. */
  readonly payload: Uint8Array;
  readonly agent: AgentId;
  readonly receivedAt: Timestamp;
  /** The sender asked the broker to keep it. */
  readonly retain: boolean;
  /** What a worker has read in it, and by which driver: the house need not read it again. */
  readonly read?: { readonly driver: string; readonly readings: readonly Reading[] };
  /** Told why it was not taken, for whoever waits for that; called before the receiver settles. */
  readonly onRefused?: (reason: Problem) => void;
};
