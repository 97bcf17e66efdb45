import { type Problem, problem } from "../../domain/problem.ts";
import { Client } from "./client.ts";
import type { ServerAddress } from "./external.ts";
import { Receiver, type ReceiverParts } from "./receiver.ts";
import { SessionMark } from "./session-mark.ts";
import { type Share, withMore } from "./share.ts";

type Parts = Omit<ReceiverParts, "share" | "mark" | "onGranted"> &
  Pick<ConstructorParameters<typeof Client>[1], "chance"> & {
    /** Where it is remembered that the broker keeps a session. */
    readonly folder: string | undefined;
    /** Somebody else had the session until then: if the broker has lost it, that is told. */
    readonly inheritedAt?: number;
    /** Whether it may connect, asked before each try; false: somebody else does. Null: unknown. */
    readonly mayConnect: (isShared: boolean | null) => boolean | null;
  };

/** One session at the broker that takes in, under the stable client id of one worker. */
export class IntakeClient {
  readonly #parts: Parts;
  readonly #share: Share;
  readonly #client: Client;
  #receiver: Receiver | undefined;
  #more: readonly string[];
  #isShared: boolean | null = null;
  /** What the broker does not let us subscribe to; null until it has answered. */
  #refused: readonly string[] | null = null;

  constructor(address: ServerAddress, share: Share, more: readonly string[], parts: Parts) {
    this.#parts = parts;
    this.#share = share;
    this.#more = more;
    const clientId = `${share.share}-ingest-${share.worker}`;
    const mark = new SessionMark(parts.folder, clientId);
    if (parts.inheritedAt !== undefined) mark.inherit(parts.inheritedAt);
    const onGranted = (refused: readonly string[]) => this.#granted(refused);
    this.#client = new Client(address, {
      ...parts,
      ...{ clientId, isFresh: false, mayConnect: () => parts.mayConnect(this.#isShared) === true },
      begin: (wire, welcome) => {
        this.#isShared = welcome.shared;
        const all = { ...parts, mark, onGranted, share: withMore(share, this.#more) };
        this.#receiver = new Receiver(all, wire, welcome);
        return this.#receiver;
      },
    });
  }

  /** Whether the broker spreads messages among workers; null while that is not known. */
  get isShared(): boolean | null {
    return this.#isShared;
  }

  get isTakingIn(): boolean {
    return this.#refused?.length === 0 && this.#client.trouble === null;
  }

  /** Why it does not take in as it should; null while it does, or is not to. */
  get trouble(): Problem | null {
    if (this.#parts.mayConnect(this.#isShared) === false) return null;
    if (this.#client.trouble) return this.#client.trouble;
    const [first] = this.#refused ?? [];
    if (first === undefined) return null;
    return problem("topic_forbidden", `the broker does not let Fieldline subscribe to '${first}'`);
  }

  settled(): Promise<void> {
    return this.#client.settled();
  }

  listen(topics: readonly string[]): void {
    this.#more = topics;
    this.#receiver?.change(withMore(this.#share, topics));
  }

  /** Gives its place to another: what was read is made safe and acknowledged before. */
  async giveWay(): Promise<void> {
    if (this.#client.trouble !== null) return;
    await this.#receiver?.drain();
    this.#client.leave();
  }

  drain(): Promise<void> {
    return this.#receiver?.drain() ?? Promise.resolve();
  }

  close(): void {
    this.#client.close();
  }

  #granted(refused: readonly string[]): void {
    const before = this.#refused ?? [];
    this.#refused = refused;
    for (const filter of refused.filter((one) => !before.includes(one))) {
      this.#parts.log.error("the broker does not let us subscribe", { filter });
    }
  }
}
