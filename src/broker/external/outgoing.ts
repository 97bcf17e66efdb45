import { LIMIT } from "../../domain/limit.ts";
import type { Message } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import { failure, type Outcome } from "../../lib/outcome.ts";
import { Client } from "./client.ts";
import type { Outgoing, ServerAddress } from "./external.ts";
import { Sender } from "./sender.ts";

export type OutgoingParts = {
  /** As whom: the broker knows us as an agent of this client id. */
  readonly clientId: string;
  readonly clock: Clock;
  readonly chance: () => number;
  readonly log: Log;
};

/** One connection that only sends; it is made again and again until it is closed. */
export class OutgoingClient implements Outgoing {
  readonly #client: Client;
  #sender: Sender | undefined;

  constructor(address: ServerAddress, parts: OutgoingParts) {
    this.#client = new Client(address, {
      ...parts,
      isFresh: true,
      retryMsMax: LIMIT.uplinkRetryMsMax,
      whenBusy: {
        retryMsMax: LIMIT.uplinkBusyRetryMsMax,
        connectMsMax: LIMIT.uplinkBusyConnectMsMax,
      },
      begin: (wire, welcome) => {
        this.#sender = new Sender(wire, welcome, () => parts.clock.now());
        return this.#sender;
      },
    });
  }

  get trouble(): Problem | null {
    return this.#client.trouble;
  }

  tried(): Promise<void> {
    return this.#client.settled();
  }

  async send(message: Message): Promise<Outcome<void, Problem>> {
    const trouble = this.#client.trouble;
    if (trouble || !this.#sender) {
      return failure(trouble ?? problem("link_down", "the broker was not reached yet"));
    }
    return this.#sender.send(message);
  }

  close(): void {
    this.#client.close();
  }
}
