import type { AgentId, DeviceId } from "../domain/brand.ts";
import { THE_HOUSE } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import { isSilentTogether, type LiveState, liveStateOf, promiseOf } from "../domain/liveness.ts";
import type { Device } from "../domain/model.ts";
import type { Expectation } from "../domain/report-check.ts";
import type { JsonObject } from "../lib/json.ts";
import type { DeviceState, LivenessParts, NetworkName, NetworkState } from "./liveness.ts";
import { SensorWatch, type SilentSensor } from "./sensor-watch.ts";

type Network = NetworkName & {
  /** What it said of itself last; undefined while it has said nothing. */
  saidHere: boolean | undefined;
  lost: NetworkState["lost"];
  /** Its agent has had no connection since then. */
  awaySince: number | undefined;
  /** Clocks of its devices begin here: when the server started, or it came back. */
  since: number;
  devices: Device[];
};

/** What was seen at the last look, and what has changed since the one before. */
export class Watch {
  readonly #parts: LivenessParts;
  readonly #openedAt: number;
  readonly #networks = new Map<string, Network>();
  readonly #states = new Map<DeviceId, DeviceState>();
  #connected: ReadonlySet<AgentId> | undefined;
  readonly #sensors: SensorWatch | undefined;
  #expected: ReadonlyMap<DeviceId, readonly Expectation[]> = new Map();
  #told: Awaited<ReturnType<LivenessParts["settingsOf"]>> = new Map();
  #promisesAt = Number.NEGATIVE_INFINITY;

  constructor(parts: LivenessParts) {
    this.#parts = parts;
    this.#openedAt = parts.clock.now();
    this.#sensors = parts.channels && new SensorWatch(parts, parts.channels);
  }

  get networks(): readonly NetworkState[] {
    return [...this.#networks.values()]
      .filter(({ devices }) => devices.length > 0)
      .map((network) => this.#stateOf(network));
  }

  of(id: DeviceId): DeviceState | undefined {
    return this.#states.get(id);
  }

  silent(id: DeviceId): readonly SilentSensor[] {
    return this.#sensors?.of(id) ?? [];
  }

  toldTo(id: DeviceId): JsonObject | undefined {
    return this.#told.get(id)?.sent;
  }

  /** Of a network without devices there is nothing to lose. */
  told({ driver, id }: NetworkName, isHere: boolean): void {
    const network = this.#networks.get(`${driver} ${id}`);
    if (network) network.saidHere = isHere;
  }

  async look(): Promise<void> {
    this.#sort();
    this.#connected = this.#parts.connected();
    await this.#learnPromises();
    for (const network of this.#networks.values()) await this.#lookAt(network);
  }

  /** Devices by their network; those of protocols without networks are not watched. */
  #sort(): void {
    for (const network of this.#networks.values()) network.devices = [];
    for (const device of this.#parts.devices()) {
      const driver = this.#parts.drivers.find(({ id }) => id === device.driver);
      const id = driver?.networkOf?.(device.address);
      if (driver && id !== undefined) this.#network({ driver: driver.id, id }).devices.push(device);
    }
  }

  /** How often each device reports follows from its settings, which seldom change. */
  async #learnPromises(): Promise<void> {
    const { clock, drivers, settingsOf } = this.#parts;
    const devices = [...this.#networks.values()].flatMap((network) => network.devices);
    const isFresh = clock.monotonic() - this.#promisesAt < LIMIT.livenessLearnMs;
    if (isFresh && devices.every(({ id }) => this.#expected.has(id))) return;
    this.#promisesAt = clock.monotonic();
    const settings = await settingsOf(devices);
    this.#told = settings;
    const reporting = ({ id, driver: name }: Device) => {
      const driver = drivers.find((one) => one.id === name);
      return driver?.reportingOf?.(settings.get(id)?.parameters ?? {}) ?? [];
    };
    this.#expected = new Map(devices.map((device) => [device.id, reporting(device)]));
  }

  async #lookAt(network: Network): Promise<void> {
    const now = this.#parts.clock.now();
    const before = network.lost;
    const absence = this.#absenceOf(network, now);
    if (before && before.why !== "silent" && !absence) network.since = now;
    const states = network.devices.map((device) => this.#silenceOf(device, network, now));
    const spoken = states.filter((state) => state !== "expected");
    const why = lossOf(spoken, absence);
    await this.#note(network, why && { why, at: before?.at ?? now });
    for (const [index, device] of network.devices.entries()) {
      const own = states[index] ?? "unknown";
      const state = own === "expected" ? own : inNetwork(network, before, own);
      await this.#settle(device, state);
      if (state === "reporting") await this.#lookAtSensors(device, network);
    }
  }

  async #lookAtSensors(device: Device, { since }: Network): Promise<void> {
    const expected = this.#expected.get(device.id) ?? [];
    const heardAt = this.#parts.lastSeenAt(device.id) ?? 0;
    await this.#sensors?.look({ device, expected, heardAt, since });
  }

  async #note(network: Network, lost: NetworkState["lost"] | undefined): Promise<void> {
    const wasLost = network.lost !== null;
    network.lost = lost ?? null;
    if (wasLost === (network.lost !== null)) return;
    if (wasLost) network.since = this.#parts.clock.now();
    await this.#tellNetwork(network);
  }

  #silenceOf({ id }: Device, { since }: Network, now: number): LiveState {
    if (this.#parts.isExpected?.(id)) return "expected";
    const heardAt = Math.max(this.#parts.lastSeenAt(id) ?? 0, since);
    return liveStateOf(now - heardAt, this.#promiseOf(id));
  }

  #promiseOf(id: DeviceId): number {
    return promiseOf((this.#expected.get(id) ?? []).map(({ policy }) => policy));
  }

  /** What is known of the network itself, whatever its devices say. */
  #absenceOf(network: Network, now: number): "disconnected" | "said so" | undefined {
    const [first] = network.devices;
    if (!first) return undefined;
    const isAway = this.#connected?.has(first.agentId) === false;
    network.awaySince = isAway ? (network.awaySince ?? now) : undefined;
    if (now - (network.awaySince ?? now) >= LIMIT.livenessAwayMs) return "disconnected";
    return network.saidHere === false ? "said so" : undefined;
  }

  async #settle(device: Device, state: LiveState): Promise<void> {
    const before = this.#states.get(device.id)?.state;
    this.#states.set(device.id, { state, promiseMs: this.#promiseOf(device.id) });
    if (before === state) return;
    if (state === "offline") await this.#tellDevice(device, "device.offline");
    if (before === "offline" && state === "reporting") {
      await this.#tellDevice(device, "device.back");
    }
    if (before !== undefined) this.#parts.onChanged(`device:${device.id}`);
  }

  /** A stranger in the inbox that falls silent is nobody's loss. */
  async #tellDevice({ id, address, assetId }: Device, kind: string): Promise<void> {
    if (assetId === null) return;
    await this.#tell(kind, `device:${id}`, { address });
  }

  async #tellNetwork({ driver, id, lost, devices }: Network): Promise<void> {
    const subject = `network:${driver}/${id}`;
    const detail = { devices: devices.length };
    if (lost) await this.#tell("network.lost", subject, { ...detail, why: lost.why });
    else await this.#tell("network.back", subject, detail);
    this.#parts.onChanged(subject);
  }

  #tell(kind: string, subject: string, detail: JsonObject): Promise<unknown> {
    return this.#parts.record({ actor: THE_HOUSE, kind, subject, detail });
  }

  #stateOf({ driver, id, lost, devices }: Network): NetworkState {
    const counts = { reporting: 0, late: 0, offline: 0, unknown: 0, expected: 0 };
    for (const { id, assetId } of devices) {
      const state = this.#states.get(id)?.state;
      if (assetId !== null && state) counts[state] += 1;
    }
    const agentId = devices[0]?.agentId ?? ("" as Device["agentId"]);
    return { driver, id, agentId, lost, counts, devices: devices.map((device) => device.id) };
  }

  #network(name: NetworkName): Network {
    const key = `${name.driver} ${name.id}`;
    const known = this.#networks.get(key);
    if (known) return known;
    const since = this.#openedAt;
    const quiet = { saidHere: undefined, awaySince: undefined, lost: null };
    const network: Network = { ...name, ...quiet, since, devices: [] };
    this.#networks.set(key, network);
    return network;
  }
}

/** What was never there is not lost. */
function lossOf(
  spoken: readonly LiveState[],
  absence: "disconnected" | "said so" | undefined,
): "disconnected" | "said so" | "silent" | undefined {
  if (spoken.length === 0) return undefined;
  return absence ?? (isSilentTogether(spoken) ? "silent" : undefined);
}

/** Of a network that is lost nobody can tell; who was not to be judged begins anew. */
function inNetwork({ lost }: Network, before: Network["lost"], own: LiveState): LiveState {
  if (lost) return "unknown";
  return before ? "reporting" : own;
}
