import { Findings } from "../domain/findings.ts";
import type { ReceivedMessage } from "../domain/message.ts";
import { matchesFilter } from "../domain/topic.ts";
import type { Driver, Known } from "../driver/driver.ts";

type Read = NonNullable<ReceivedMessage["read"]>;

const TOPICS_REMEMBERED = 50_000;

/**
 * Reads messages that are nothing but readings, as most are, so that the house need not. Whatever
 * is odd, refused, or needs to know what was said before is for the house to read.
 */
export class Glance {
  readonly #drivers: readonly Driver[];
  readonly #driverOf = new Map<string, Driver | null>();
  readonly #findings = new Findings();
  #hasAsked = false;
  readonly #known: Known = {
    channel: () => this.#ask(),
    layout: () => this.#ask(),
    custom: () => this.#ask(),
    network: () => this.#ask(),
  };

  constructor(drivers: readonly Driver[]) {
    this.#drivers = drivers.filter(({ takesTheRest }) => !takesTheRest);
  }

  at(message: ReceivedMessage): Read | undefined {
    const driver = this.#find(message.topic);
    if (!driver) return undefined;
    const findings = this.#findings;
    findings.clear();
    this.#hasAsked = false;
    const outcome = driver.decode(message, findings, this.#known);
    const { others, warnings } = findings;
    const isPlain = outcome.ok && !this.#hasAsked && others.length === 0 && warnings.length === 0;
    return isPlain && findings.count > 0
      ? { driver: driver.id, readings: findings.readings }
      : undefined;
  }

  #ask(): undefined {
    this.#hasAsked = true;
    return undefined;
  }

  #find(topic: string): Driver | null {
    const known = this.#driverOf.get(topic);
    if (known !== undefined) return known;
    if (this.#driverOf.size >= TOPICS_REMEMBERED) this.#driverOf.clear();
    const isIts = ({ listensTo }: Driver) => listensTo.some((one) => matchesFilter(one, topic));
    const found = this.#drivers.find(isIts) ?? null;
    this.#driverOf.set(topic, found);
    return found;
  }
}
