import type { ChannelName, DeviceId } from "../domain/brand.ts";
import { type Actor, THE_HOUSE } from "../domain/event.ts";
import { bitStateOf, type Fitting, hasBit, union, withBit } from "../domain/health.ts";
import type { Channel, Device } from "../domain/model.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { LivenessParts, SensorParts } from "./liveness.ts";

/** What a person knows of a sensor: that it should be there or should not; null: nothing. */
export type Fitted = {
  readonly deviceId: DeviceId;
  readonly channel: ChannelName;
  readonly bit: number;
  readonly isFitted: boolean | null;
};

type Masked = { readonly device: Device; readonly channel: Channel };

/** Masks of a device that are read to learn which of its sensors ever worked. */
const PAST = 1_000;

/** Which sensors of devices work, from the masks in which they say so: a bit each. */
export class Fitness {
  readonly #parts: LivenessParts;
  readonly #sensors: SensorParts;
  readonly #fittings = new Map<string, Fitting>();
  /** Masks as they were at the last look. */
  readonly #masks = new Map<string, number>();
  #isRead = false;

  constructor(parts: LivenessParts, sensors: SensorParts) {
    this.#parts = parts;
    this.#sensors = sensors;
  }

  /** Of each mask of a device that has been seen. */
  of(id: DeviceId): readonly Fitting[] {
    return [...this.#fittings.values()].filter(({ deviceId }) => deviceId === id);
  }

  async look(): Promise<void> {
    const { store, historian } = this.#sensors;
    if (!this.#isRead) {
      for (const one of await store.fittings.find()) this.#fittings.set(keyOf(one), one);
      this.#isRead = true;
    }
    const masked = this.#masked();
    const bySeries = new Map(masked.map((one) => [one.channel.series as number, one]));
    const newest = await historian.latest(Uint32Array.from(bySeries.keys()));
    for (let row = 0; row < newest.count; row += 1) {
      const one = bySeries.get(newest.series[row] ?? 0);
      const mask = newest.value[row];
      if (one && mask !== undefined) await this.#see(one, mask);
    }
  }

  /** Takes effect at once: a sensor that should be there and is not has failed. */
  async decide(by: Actor, wish: Fitted): Promise<Outcome<void, Problem>> {
    await this.look();
    const { deviceId, channel: name, bit, isFitted } = wish;
    const one = this.#masked().find(
      ({ device, channel }) => device.id === deviceId && channel.name === name,
    );
    const sensor = one?.channel.proposal.bits?.[bit];
    if (!one || sensor === undefined) return failure(problem("channel_unknown", `${name} ${bit}`));
    const known = this.#known(one) ?? (await this.#learn(one));
    const next = {
      ...known,
      wanted: withBit(known.wanted, bit, isFitted === true),
      unwanted: withBit(known.unwanted, bit, isFitted === false),
    };
    const detail = { address: one.device.address, sensor, fitted: isFitted };
    const subject = `device:${deviceId}`;
    await this.#parts.record({ actor: by, kind: "device.fitted", subject, detail });
    await this.#keep(next);
    const mask = this.#masks.get(keyOf(next));
    if (mask !== undefined) await this.#see(one, mask);
    this.#parts.onChanged(subject);
    return success(undefined);
  }

  /** A stranger in the inbox has no sensor that somebody counts on. */
  #masked(): Masked[] {
    return this.#parts.devices().flatMap((device) =>
      device.assetId === null
        ? []
        : this.#sensors
            .channelsOf(device.id)
            .filter(({ proposal, retired }) => proposal.bits && !retired)
            .map((channel) => ({ device, channel })),
    );
  }

  async #see(one: Masked, mask: number): Promise<void> {
    const known = this.#known(one) ?? (await this.#learn(one));
    this.#masks.set(keyOf(known), mask);
    const worked = union(known.worked, mask);
    const faulty = await this.#faultyIn(one, mask, { ...known, worked });
    if (worked === known.worked && faulty === known.faulty) return;
    await this.#tell(one, known.faulty, faulty);
    await this.#keep({ ...known, worked, faulty });
    this.#parts.onChanged(`device:${one.device.id}`);
  }

  /** What is asked of a device is looked up only where something does not work. */
  async #faultyIn({ device, channel }: Masked, mask: number, known: Fitting): Promise<number> {
    const bits = channel.proposal.bits ?? [];
    if (bits.every((_, bit) => hasBit(mask, bit))) return 0;
    const idle = await this.idle(device, mask);
    return bits.reduce((faulty, _, bit) => {
      return withBit(faulty, bit, bitStateOf(mask, bit, { ...known, idle }) === "faulty");
    }, 0);
  }

  /** Bits that give no value as the device is set. */
  async idle(device: Device, mask: number): Promise<number> {
    const driver = this.#parts.drivers.find(({ id }) => id === device.driver);
    if (!driver?.idleBits) return 0;
    const told = (await this.#parts.settingsOf([device])).get(device.id);
    return driver.idleBits(told?.sent, mask);
  }

  #known({ device, channel }: Masked): Fitting | undefined {
    return this.#fittings.get(keyOf({ deviceId: device.id, channel: channel.name }));
  }

  /** Once, from what it said before anybody looked: what failed then is no news. */
  async #learn(one: Masked): Promise<Fitting> {
    const { device, channel } = one;
    const to = Number.MAX_SAFE_INTEGER;
    const past = { series: channel.series, from: 0, to, limit: PAST, order: -1 as const };
    const { value } = await this.#sensors.historian.range(past);
    const worked = value.reduce((all, mask) => union(all, mask), 0);
    const fresh = { deviceId: device.id, channel: channel.name, wanted: 0, unwanted: 0, faulty: 0 };
    const learned = { ...fresh, worked };
    const faulty = await this.#faultyIn(one, value[0] ?? 0, learned);
    const known = { ...learned, faulty: value.length > 0 ? faulty : 0 };
    await this.#keep(known);
    return known;
  }

  async #keep(fitting: Fitting): Promise<void> {
    await this.#sensors.store.fittings.put(fitting);
    this.#fittings.set(keyOf(fitting), fitting);
  }

  /** All that failed together is one event: a node without any is a broken node. */
  async #tell({ device, channel }: Masked, before: number, now: number): Promise<void> {
    const names = (wanted: (bit: number) => boolean) =>
      (channel.proposal.bits ?? []).filter((_, bit) => wanted(bit));
    const failed = names((bit) => hasBit(now, bit) && !hasBit(before, bit));
    const back = names((bit) => hasBit(before, bit) && !hasBit(now, bit));
    const subject = `device:${device.id}`;
    const tell = async (kind: string, sensors: readonly string[]) => {
      if (sensors.length === 0) return;
      const detail = { address: device.address, sensors: [...sensors] };
      await this.#parts.record({ actor: THE_HOUSE, kind, subject, detail });
    };
    await tell("device.sensors-failed", failed);
    await tell("device.sensors-back", back);
  }
}

function keyOf({ deviceId, channel }: Pick<Fitting, "deviceId" | "channel">): string {
  return `${deviceId} ${channel}`;
}
