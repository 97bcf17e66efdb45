import type { DeviceAddress } from "../domain/brand.ts";
import type { Message } from "../domain/message.ts";
import type { Driver, Twin } from "../driver/driver.ts";
import type { Timer } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { DeviceReport, Installation } from "./installation.ts";
import type { Trouble } from "./trouble.ts";
import type { VirtualClock } from "./virtual-clock.ts";
import { type Connection, type Counts, openWire, type Wire } from "./wire.ts";

/** In real time: a gateway is away for so long, each time so long after it came. */
export type Outage = { readonly everyMs: number; readonly lastsMs: number };

type RunnerParts = {
  readonly clock: VirtualClock;
  readonly driver: Driver;
  readonly log: Log;
  readonly outage?: Outage;
};

/** Lives an installation in time and puts it on the wire. */
export class Runner {
  readonly #installation: Installation;
  readonly #clock: VirtualClock;
  readonly #log: Log;
  readonly #twins: ReadonlyMap<DeviceAddress, Twin>;
  readonly #wire: Wire;
  /** The newest retained message of each topic, such as a birth: each connection says it anew. */
  readonly #retained = new Map<string, Message>();
  #timer: Timer | undefined;
  #outageTimer: Timer | undefined;
  #demandTimer: Timer | undefined;
  /** Nodes that somebody has silenced. */
  readonly #dead = new Set<DeviceAddress>();

  constructor(installation: Installation, connection: Connection, parts: RunnerParts) {
    this.#installation = installation;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#twins = new Map(
      installation.devices.map((device) => [device, parts.driver.twin(device)]),
    );
    this.#wire = openWire(connection, {
      opening: installation.opening,
      onUp: () => this.#up(),
      onMessage: (message) => this.#take(message),
      clock: parts.clock.real,
      log: parts.log,
    });
    if (parts.outage) this.#plan(parts.outage);
  }

  counts(): Counts {
    return this.#wire.counts();
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#outageTimer?.cancel();
    this.#demandTimer?.cancel();
    await this.#wire.close();
  }

  /** What somebody wants to go wrong now. Whether it concerns anything here. */
  suffer(trouble: Trouble): boolean {
    if (trouble.kind === "outage") return this.#goAway(trouble);
    const { device } = trouble;
    if (!this.#twins.has(device)) return false;
    switch (trouble.kind) {
      case "dead":
        this.#dead.add(device);
        return true;
      case "alive":
        this.#dead.delete(device);
        return true;
      default: {
        const isBroken = trouble.kind === "broken";
        return this.#installation.break?.(device, trouble.sensor, isBroken) ?? false;
      }
    }
  }

  /** A second one while it is away begins it anew. */
  #goAway({ tenant, lastsMs }: Extract<Trouble, { kind: "outage" }>): boolean {
    if (tenant !== null && tenant !== this.#installation.agent.tenant) return false;
    this.#demandTimer?.cancel();
    this.#wire.cut();
    this.#demandTimer = this.#clock.real.after(lastsMs, () => this.#wire.mend());
    return true;
  }

  /** The nodes live on meanwhile; what they say is lost, as without a gateway. */
  #plan({ everyMs, lastsMs }: Outage): void {
    const { real } = this.#clock;
    const begin = () => {
      this.#wire.cut();
      this.#log.info("gateway away", { lastsMs });
      this.#outageTimer = real.after(lastsMs, () => {
        this.#wire.mend();
        this.#outageTimer = real.after(everyMs, begin);
      });
    };
    this.#outageTimer = real.after(everyMs, begin);
  }

  /** The devices start with the first connection; after that they live on without one. */
  #up(): void {
    for (const message of this.#retained.values()) this.#wire.publish(message);
    if (!this.#timer) this.#live();
  }

  #live(): void {
    this.#tell(this.#installation.advance(this.#clock.now()));
    const restMs = Math.max(this.#installation.nextAt - this.#clock.now(), 1);
    this.#timer = this.#clock.after(restMs, () => this.#live());
  }

  /** Retained orders come again with each connection: that is how a gateway learns them. */
  #take(message: Message): void {
    const { topic, payload } = message;
    const device = this.#installation.devices.find((one) => topic.includes(`/${one}/`));
    const twin = device && this.#twins.get(device);
    if (!device || !twin || payload.length === 0) return;
    const heard = twin.hear?.(message);
    if (heard) {
      const { step, requestId, said } = heard;
      if (step === "failed") this.#log.warn("the house refused", { device, requestId, said });
      else this.#log.info("answered", { device, requestId, step });
      return;
    }
    const order = twin.obey(message);
    const now = this.#clock.now();
    const isTaken = order.ok && !this.#dead.has(device);
    for (const said of this.#installation.answer?.(device, isTaken, now) ?? []) this.#say(said);
    if (this.#dead.has(device)) return;
    if (!order.ok) {
      const excerpt = new TextDecoder().decode(payload.subarray(0, 200));
      this.#log.warn("order not understood", { topic, ...order.problem, excerpt });
      return;
    }
    this.#log.info("obeyed", { device, ...order.value });
    this.#tell(this.#installation.advance(now));
    this.#tell(this.#installation.obey(device, order.value, now));
  }

  #tell(reports: readonly DeviceReport[]): void {
    for (const { device, readings } of reports) {
      if (this.#dead.has(device)) continue;
      const stamped = readings.map((reading) => ({
        ...reading,
        at: Math.round(this.#clock.realAt(reading.at)) as typeof reading.at,
      }));
      for (const message of this.#twins.get(device)?.emit(stamped) ?? []) this.#say(message);
    }
  }

  #say(message: Message): void {
    if (message.retain) this.#retained.set(message.topic, message);
    this.#wire.publish(message);
  }
}
