import type { DeviceAddress } from "../domain/brand.ts";
import type { Message } from "../domain/message.ts";
import { draws } from "../lib/chance.ts";
import type { DeviceReport, Installation, Order } from "./installation.ts";
import { timeOf } from "./sensor-node.ts";

/** What goes wrong between a node's sensors and the broker, each as a share from 0 to 1. */
export type Troubles = {
  /** Nodes that speak for some minutes and then never again. */
  readonly dead: number;
  /** Messages that the mesh loses. */
  readonly lost: number;
  /** Messages that arrive twice, as a mesh that is not sure sends them. */
  readonly doubled: number;
  /** Messages that wait in the mesh, for half a minute at most. */
  readonly late: number;
  readonly seed: number;
};

const DIES_MS = 5 * 60_000;
const LATE_MS = 30_000;

/** A network whose radio is bad and whose nodes die, the same each time for the same seed. */
export class TroubledNetwork implements Installation {
  readonly #inner: Installation;
  readonly #troubles: Troubles;
  readonly #deaths = new Map<DeviceAddress, number>();
  #delayed: { readonly due: number; readonly report: DeviceReport }[] = [];
  #told = 0;

  constructor(inner: Installation, troubles: Troubles, bootAt: number) {
    this.#inner = inner;
    this.#troubles = troubles;
    for (const [index, device] of inner.devices.entries()) {
      const chance = draws(troubles.seed, 201)(index, 0);
      if (chance < troubles.dead) this.#deaths.set(device, bootAt + DIES_MS * (1 + chance));
    }
  }

  get agent() {
    return this.#inner.agent;
  }

  get driver(): string {
    return this.#inner.driver;
  }

  get devices(): readonly DeviceAddress[] {
    return this.#inner.devices;
  }

  get opening() {
    return this.#inner.opening;
  }

  get nextAt(): number {
    return Math.min(this.#inner.nextAt, ...this.#delayed.map(({ due }) => due));
  }

  advance(until: number): DeviceReport[] {
    const through = this.#inner.advance(until).flatMap((report) => this.#carry(report));
    const due = this.#delayed.filter((one) => one.due <= until);
    this.#delayed = this.#delayed.filter((one) => one.due > until);
    return [...through, ...due.map(({ report }) => report)];
  }

  obey(device: DeviceAddress, order: Order, at: number): DeviceReport[] {
    if (this.#isDead(device, at)) return [];
    return this.#inner.obey(device, order, at).flatMap((report) => this.#carry(report));
  }

  /** The gateway cannot reach a node that is dead, and says so where it says anything. */
  answer(device: DeviceAddress, isUnderstood: boolean, at: number): readonly Message[] {
    const isTaken = isUnderstood && !this.#isDead(device, at);
    return this.#inner.answer?.(device, isTaken, at) ?? [];
  }

  break(device: DeviceAddress, sensor: string, isBroken: boolean): boolean {
    return this.#inner.break?.(device, sensor, isBroken) ?? false;
  }

  /** What the mesh makes of one message: none, one, two of it, or one that comes later. */
  #carry(report: DeviceReport): DeviceReport[] {
    const at = timeOf(report);
    if (this.#isDead(report.device, at)) return [];
    this.#told += 1;
    const chance = (question: number) => draws(this.#troubles.seed, 202)(this.#told, question);
    if (chance(0) < this.#troubles.lost) return [];
    if (chance(1) < this.#troubles.late) {
      this.#delayed.push({ due: at + LATE_MS * chance(2), report });
      return [];
    }
    return chance(3) < this.#troubles.doubled ? [report, report] : [report];
  }

  #isDead(device: DeviceAddress, at: number): boolean {
    return at >= (this.#deaths.get(device) ?? Number.POSITIVE_INFINITY);
  }
}
