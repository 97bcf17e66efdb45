import type { Actor } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import type { NetworkTopics } from "../domain/network.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Driver } from "../driver/driver.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { Store } from "../store/store.ts";
import type { IngestParts } from "./ingest.ts";

/** Topics of networks that their documents leave open, as far as people have told them. */
export class NetworkBook {
  readonly #store: Pick<Store, "networkTopics">;
  readonly #byDriver = new Map<string, Map<string, NetworkTopics>>();

  static async load(store: Pick<Store, "networkTopics">): Promise<NetworkBook> {
    const book = new NetworkBook(store);
    for (const topics of await store.networkTopics.find()) book.#note(topics);
    return book;
  }

  private constructor(store: Pick<Store, "networkTopics">) {
    this.#store = store;
  }

  of(driver: string, network: string): NetworkTopics | undefined {
    return this.#byDriver.get(driver)?.get(network);
  }

  /** Topics of which none is told are forgotten. */
  async put(topics: NetworkTopics): Promise<Outcome<void, Problem>> {
    const { driver, network, answers, presence } = topics;
    const isNothing = answers === null && presence === null;
    const isNew = !isNothing && !this.of(driver, network);
    if (isNew && (await this.#store.networkTopics.count()) >= LIMIT.networksTold) {
      return failure(problem("settings_limit", `topics of ${LIMIT.networksTold} networks`));
    }
    if (isNothing) {
      await this.#store.networkTopics.remove({ driver, network });
      this.#byDriver.get(driver)?.delete(network);
    } else {
      await this.#store.networkTopics.put(topics);
      this.#note(topics);
    }
    return success(undefined);
  }

  #note(topics: NetworkTopics): void {
    const { driver, network } = topics;
    const ofDriver = this.#byDriver.get(driver) ?? new Map<string, NetworkTopics>();
    this.#byDriver.set(driver, ofDriver.set(network, topics));
  }
}

/** The next message of the network is read by them. */
export async function putNetworkTopics(
  { drivers, record, onChanged }: Pick<IngestParts, "drivers" | "record" | "onChanged">,
  book: NetworkBook,
  by: Actor,
  topics: NetworkTopics,
): Promise<Outcome<void, Problem>> {
  const { driver: id, network, answers, presence } = topics;
  const checked = checkedBy(
    drivers.find((driver) => driver.id === id),
    topics,
  );
  if (!checked.ok) return checked;
  const put = await book.put(topics);
  if (!put.ok) return put;
  const subject = `network:${id}/${network}`;
  await record({ actor: by, kind: "network.topics", subject, detail: { answers, presence } });
  onChanged(subject);
  return put;
}

function checkedBy(driver: Driver | undefined, topics: NetworkTopics): Outcome<void, Problem> {
  return (
    driver?.checkTopics?.(topics) ??
    failure(problem("request_invalid", `${topics.driver} leaves no topics open`))
  );
}
