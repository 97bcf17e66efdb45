import type { Outcome } from "../lib/outcome.ts";
import type { Message, ReceivedMessage } from "./message.ts";
import type { Problem } from "./problem.ts";

/** Whatever carries messages: the broker, or a line that a driver opens for itself. */
export interface Link {
  send(message: Message): Promise<Outcome<void, Problem>>;
  close(): Promise<void>;
}

/**
 * Settles when what the messages brought is safe; only then may their senders be acknowledged.
 * A rejection means that nothing is known to be safe: no acknowledgement, the senders repeat.
 */
export type Receive = (messages: readonly ReceivedMessage[]) => Promise<void>;
