import type { ChannelName, DeviceId } from "../domain/brand.ts";
import { THE_HOUSE } from "../domain/event.ts";
import { liveStateOf, promiseOf } from "../domain/liveness.ts";
import type { Device } from "../domain/model.ts";
import type { Expectation } from "../domain/report-check.ts";
import type { ChannelParts, LivenessParts } from "./liveness.ts";

/** A sensor that has spoken before and does not, although its device does. */
export type SilentSensor = {
  readonly channel: ChannelName;
  /** `offline` is two reports missed and a minute: it is told as an event. */
  readonly state: "late" | "offline";
  /** Its newest value. */
  readonly since: number;
  /** The report time by which it was judged. */
  readonly promiseMs: number;
};

/** A device that speaks, at the moment of looking. */
type Speaking = {
  readonly device: Device;
  readonly expected: readonly Expectation[];
  /** Its own newest word. */
  readonly heardAt: number;
  /** Clocks of its sensors begin here at the earliest. */
  readonly since: number;
};

type Promised = { readonly ms: number; readonly since: number };

/**
 * Which sensors of living devices have fallen silent. A sensor is measured by its device's own last
 * word, not by the clock: while nothing comes at all, nothing is said of sensors, so that a gateway
 * without power is one loss. See docs/decisions/0047-a-sensor-is-judged-by-its-devices-words.md.
 */
export class SensorWatch {
  readonly #parts: LivenessParts;
  readonly #channels: ChannelParts;
  readonly #silent = new Map<DeviceId, readonly SilentSensor[]>();
  readonly #promises = new Map<DeviceId, Map<ChannelName, Promised>>();

  constructor(parts: LivenessParts, channels: ChannelParts) {
    this.#parts = parts;
    this.#channels = channels;
  }

  of(id: DeviceId): readonly SilentSensor[] {
    return this.#silent.get(id) ?? [];
  }

  async look(speaking: Speaking): Promise<void> {
    const { device, expected } = speaking;
    const silent = expected.flatMap((one) => this.#judge(speaking, one) ?? []);
    await this.#settle(device, silent);
  }

  #judge(speaking: Speaking, { channel, policy }: Expectation): SilentSensor | undefined {
    const { id } = speaking.device;
    const promised = this.#promised(id, channel, promiseOf([policy]));
    const saidAt = this.#channels.saidAt(id, channel);
    // What never came is for commissioning, what is broken is told as that.
    if (saidAt === null || promised.ms === Number.POSITIVE_INFINITY) return undefined;
    if (this.#channels.isUnsound(id, channel)) return undefined;
    const known = this.of(id).find((one) => one.channel === channel);
    const isAsBefore = known?.since === saidAt && known.promiseMs === promised.ms;
    if (isAsBefore && known.state === "offline") return known;
    const from = Math.max(saidAt, speaking.since, promised.since);
    const state = liveStateOf(speaking.heardAt - from, promised.ms);
    if (state === "reporting") return undefined;
    return { channel, state, since: saidAt, promiseMs: promised.ms };
  }

  /** Who is told to report more often is given the time to hear of it. */
  #promised(id: DeviceId, channel: ChannelName, ms: number): Promised {
    const ofDevice = this.#promises.get(id) ?? new Map<ChannelName, Promised>();
    this.#promises.set(id, ofDevice);
    const known = ofDevice.get(channel);
    if (known?.ms === ms) return known;
    const promised = { ms, since: known ? this.#parts.clock.now() : 0 };
    ofDevice.set(channel, promised);
    return promised;
  }

  async #settle(device: Device, silent: readonly SilentSensor[]): Promise<void> {
    const before = this.of(device.id);
    if (wordsOf(before) === wordsOf(silent)) return;
    if (silent.length === 0) this.#silent.delete(device.id);
    else this.#silent.set(device.id, silent);
    const [was, is] = [before.filter(isOffline), silent.filter(isOffline)];
    const fallen = is.filter(({ channel }) => !was.some((one) => one.channel === channel));
    await this.#tell(device, "device.sensors-silent", fallen);
    const heard = was.filter(({ channel, since }) => {
      return (this.#channels.saidAt(device.id, channel) ?? 0) > since;
    });
    await this.#tell(device, "device.sensors-heard", heard);
    this.#parts.onChanged(`device:${device.id}`);
  }

  /** All that fell silent together are one event, and a stranger in the inbox is nobody's loss. */
  async #tell(device: Device, kind: string, silent: readonly SilentSensor[]): Promise<void> {
    if (silent.length === 0 || device.assetId === null) return;
    const sensors = silent.map(({ channel }) => this.#channels.nameOf(device.id, channel));
    const detail = { address: device.address, sensors };
    await this.#parts.record({ actor: THE_HOUSE, kind, subject: `device:${device.id}`, detail });
  }
}

function isOffline({ state }: SilentSensor): boolean {
  return state === "offline";
}

function wordsOf(silent: readonly SilentSensor[]): string {
  return silent.map(({ channel, state, since }) => `${channel} ${state} ${since}`).join();
}
