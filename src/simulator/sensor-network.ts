import { rightsOf } from "../domain/agent.ts";
import type { DeviceAddress } from "../domain/brand.ts";
import type { LedPicture } from "../domain/led-picture.ts";
import type { Message } from "../domain/message.ts";
import { draws } from "../lib/chance.ts";
import { encodeJson } from "../lib/json.ts";
import type { RoomUse, Site } from "./calendar.ts";
import type { DeviceReport, Installation, Opening, Order, SimulatedAgent } from "./installation.ts";
import type { NodeSettings } from "./node-settings.ts";
import { type Room, RoomModel } from "./room-model.ts";
import { type Firmware, SensorNode, timeOf } from "./sensor-node.ts";
import { Climate } from "./weather.ts";

export type NetworkOptions = {
  readonly network: string;
  /** One node a room; node addresses count from 1. */
  readonly rooms: readonly Room[];
  readonly site: Site;
  readonly bootAt: number;
  readonly settings?: NodeSettings;
  readonly faultsPerDay?: number;
  readonly stuckShare?: number;
  /**
   * 2.1 acknowledges orders, says so in a status and sends its values after each configuration;
   * 1.8 does none of it.
   */
  readonly firmware?: Firmware;
};

/** After a power cut a mesh needs some seconds until the last node is back. */
const BOOT_SPREAD_MS = 5_000;

/** A viaSens mesh network behind its gateway. */
export class SensorNetwork implements Installation {
  readonly driver = "viasens";
  readonly agent: SimulatedAgent;
  readonly opening: Opening;
  readonly devices: readonly DeviceAddress[];
  readonly #nodes: ReadonlyMap<DeviceAddress, SensorNode>;
  readonly #firmware: Firmware;

  constructor(options: NetworkOptions) {
    const { network } = options;
    this.agent = {
      kind: "viasens",
      tenant: network,
      name: network,
      clientId: `viasens-${network}`,
    };
    this.#firmware = options.firmware ?? "1.8";
    const climate = new Climate(options.site);
    const nodes = options.rooms.map((room, index) =>
      nodeIn(new RoomModel(room, climate, seedOf(index, options)), index, options),
    );
    this.#nodes = new Map(nodes.map((node) => [node.device, node]));
    this.devices = nodes.map(({ device }) => device);
    this.opening = openingOf(this.agent, this.#firmware === "2.1" ? this.devices : []);
  }

  get nextAt(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const node of this.#nodes.values()) next = Math.min(next, node.nextAt);
    return next;
  }

  advance(until: number): DeviceReport[] {
    const reports: DeviceReport[] = [];
    for (const node of this.#nodes.values()) reports.push(...node.advance(until));
    return reports.sort((a, b) => timeOf(a) - timeOf(b));
  }

  obey(device: DeviceAddress, order: Order, at: number): DeviceReport[] {
    return this.#nodes.get(device)?.obey(order, at) ?? [];
  }

  answer(device: DeviceAddress, isUnderstood: boolean): readonly Message[] {
    if (this.#firmware === "1.8") return [];
    const payload = encodeJson({ state: isUnderstood ? "ack" : "fail" });
    return [{ topic: `/sauter/viasens/${device}/ack`, payload }];
  }

  break(device: DeviceAddress, sensor: string, isBroken: boolean): boolean {
    return this.#nodes.get(device)?.break(sensor, isBroken) ?? false;
  }

  /** What the LED ring of a node shows. */
  picture(device: DeviceAddress): LedPicture | undefined {
    return this.#nodes.get(device)?.picture;
  }
}

/** Rooms for any number of nodes: mostly offices, with what a house has besides. */
export function roomsOf(count: number, seed: number): Room[] {
  const uses: readonly RoomUse[] = ["office", "office", "office", "meeting", "hall"];
  return Array.from({ length: count }, (_, index) => {
    const chance = (question: number) => draws(seed, 121)(index, question);
    const seats = 2 + Math.floor(chance(0) * 6);
    return {
      use: uses[Math.floor(chance(1) * uses.length)] ?? "office",
      seats,
      volumeM3: seats * (16 + 10 * chance(2)),
      airChanges: 1.2 + 1.6 * chance(3),
      windows: 0.2 + 0.7 * chance(4),
    };
  });
}

function seedOf(index: number, { site }: NetworkOptions): number {
  return site.seed + 1_009 * (index + 1);
}

function nodeIn(room: RoomModel, index: number, options: NetworkOptions): SensorNode {
  const { network, bootAt, settings, faultsPerDay, stuckShare, firmware } = options;
  const seed = seedOf(index, options);
  return new SensorNode({
    device: `${network}/${index + 1}` as DeviceAddress,
    room,
    seed,
    bootAt: bootAt + Math.floor(draws(seed, 122)(0, 0) * BOOT_SPREAD_MS),
    ...(settings && { settings }),
    ...(firmware && { firmware }),
    ...(faultsPerDay !== undefined && { faultsPerDay }),
    ...(stuckShare !== undefined && { stuckShare }),
  });
}

/**
 * "1 on connect, 0 by Last Will", both retained; and from 2.1 on a status of each node with its
 * `api`. The vendor's public pages do not show the topics: any level that is not a number is no
 * node, and any below a node is no value.
 */
function openingOf(agent: SimulatedAgent, withStatus: readonly DeviceAddress[]): Opening {
  const topic = `/sauter/viasens/${agent.tenant}/presence`;
  const said = (value: number) => ({ topic, payload: encodeJson(value), retain: true });
  const { subscribe: subscriptions } = rightsOf({ ...agent, grant: null });
  const statuses = withStatus.map((device) => ({
    topic: `/sauter/viasens/${device}/status`,
    payload: encodeJson({ api: "2" }),
    retain: true,
  }));
  const afterSubscribing = [said(1), ...statuses];
  return { beforeSubscribing: [], subscriptions, afterSubscribing, will: said(0) };
}
