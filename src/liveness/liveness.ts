import type { AgentId, ChannelName, DeviceId } from "../domain/brand.ts";
import type { Actor, NewEvent } from "../domain/event.ts";
import type { Fitting } from "../domain/health.ts";
import { LIMIT } from "../domain/limit.ts";
import type { LiveState } from "../domain/liveness.ts";
import type { Channel, Device } from "../domain/model.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Driver } from "../driver/driver.ts";
import type { Historian } from "../historian/historian.ts";
import type { Clock, Timer } from "../lib/clock.ts";
import type { JsonObject } from "../lib/json.ts";
import type { Log } from "../lib/log.ts";
import { failure, type Outcome } from "../lib/outcome.ts";
import type { Store } from "../store/store.ts";
import { Fitness, type Fitted } from "./fitness.ts";
import type { SilentSensor } from "./sensor-watch.ts";
import { Watch } from "./watch.ts";

/**
 * Who still speaks, in protocols whose devices promise how often they report. A network that is
 * away as a whole is one loss: nothing is said of its devices then, since nobody can know.
 */
export interface Liveness {
  networks(): readonly NetworkState[];
  of(device: DeviceId): DeviceState | undefined;
  /** The network has said of itself that it is there, or its will that it is not. */
  told(network: NetworkName, isHere: boolean): void;
  look(): void;
  /** An agent came or went: seen soon, and together with all that come after a power cut. */
  lookSoon(): void;
  /** Which sensors of a device ever worked, should be there, and have failed. */
  fittings(device: DeviceId): readonly Fitting[];
  /** What a person knows of one of them. */
  fit(by: Actor, wish: Fitted): Promise<Outcome<void, Problem>>;
  /** Sensors of a device that have fallen silent while it speaks. */
  silent(device: DeviceId): readonly SilentSensor[];
  /** Settings that went out to a device, as they were known at the last look at them. */
  toldTo(device: DeviceId): JsonObject | undefined;
  /** Bits of a mask that give no value as the device is set. */
  idle(device: Device, mask: number): Promise<number>;
  close(): Promise<void>;
}

export type NetworkName = { readonly driver: string; readonly id: string };

export type NetworkState = NetworkName & {
  readonly agentId: AgentId;
  /** Null: it is there. */
  readonly lost: {
    readonly why: "said so" | "disconnected" | "silent";
    readonly at: number;
  } | null;
  readonly devices: readonly DeviceId[];
  /** Of those that belong to an asset. */
  readonly counts: Readonly<Record<LiveState, number>>;
};

export type DeviceState = {
  readonly state: LiveState;
  /** The longest silence that it promised; Infinity where it promises none. */
  readonly promiseMs: number;
};

/** Where devices' masks are read, and what is learnt of them kept. */
export type SensorParts = {
  readonly channelsOf: (id: DeviceId) => readonly Channel[];
  readonly store: Pick<Store, "fittings">;
  readonly historian: Pick<Historian, "latest" | "range">;
};

/** What is known of a device's channels one by one. */
export type ChannelParts = {
  /** When its newest value arrived; null where none did. */
  readonly saidAt: (id: DeviceId, channel: ChannelName) => number | null;
  /** Whether the device says now that the sensor behind it does not work. */
  readonly isUnsound: (id: DeviceId, channel: ChannelName) => boolean;
  readonly nameOf: (id: DeviceId, channel: ChannelName) => string;
};

type Told = {
  readonly parameters: JsonObject;
  /** Undefined: nobody knows what it was told. */
  readonly sent?: JsonObject | undefined;
};

export type LivenessParts = {
  readonly drivers: readonly Driver[];
  readonly devices: () => readonly Device[];
  readonly lastSeenAt: (id: DeviceId) => number | null;
  /** Whether it was only written down. Fallback: none is. */
  readonly isExpected?: (id: DeviceId) => boolean;
  /** What each device was told last, or is meant to be told: asked for now and then. */
  readonly settingsOf: (devices: readonly Device[]) => Promise<ReadonlyMap<DeviceId, Told>>;
  /** Fallback: nobody looks at sensors. */
  readonly sensors?: SensorParts;
  /** Fallback: nobody looks for silent sensors. */
  readonly channels?: ChannelParts;
  /** Agents that have a connection; undefined where nobody can tell. */
  readonly connected: () => ReadonlySet<AgentId> | undefined;
  readonly record: (event: NewEvent) => Promise<unknown>;
  readonly onChanged: (subject: string) => void;
  readonly clock: Clock;
  readonly log: Log;
};

/** Silence before the start was that of the server: clocks of devices begin with it. */
export function openLiveness(parts: LivenessParts): Liveness {
  const watch = new Watch(parts);
  const fitness = parts.sensors && new Fitness(parts, parts.sensors);
  let timer: Timer | undefined;
  let soon: Timer | undefined;
  let isClosed = false;
  let work: Promise<void> = Promise.resolve();
  const look = () => {
    timer?.cancel();
    work = work
      .then(() => (isClosed ? undefined : watch.look()))
      .then(() => (isClosed ? undefined : fitness?.look()))
      .catch((reason: unknown) => {
        parts.log.error("could not see who still speaks", { reason: String(reason) });
      })
      .finally(() => {
        timer?.cancel();
        if (!isClosed) timer = parts.clock.after(LIMIT.livenessLookMs, look);
      });
  };
  look();
  return {
    networks: () => watch.networks,
    of: (id) => watch.of(id),
    told(network, isHere) {
      watch.told(network, isHere);
      look();
    },
    look,
    lookSoon() {
      soon ??= parts.clock.after(LIMIT.livenessSoonMs, () => {
        soon = undefined;
        look();
      });
    },
    fittings: (device) => fitness?.of(device) ?? [],
    fit(by, wish) {
      // Between two looks: both write down what is known of a mask.
      const fitted = work.then(() => fitness?.decide(by, wish) ?? unfit(wish));
      work = fitted.then(
        () => undefined,
        () => undefined,
      );
      return fitted;
    },
    silent: (id) => watch.silent(id),
    toldTo: (id) => watch.toldTo(id),
    idle: async (device, mask) => (await fitness?.idle(device, mask)) ?? 0,
    async close() {
      isClosed = true;
      timer?.cancel();
      soon?.cancel();
      await work;
    },
  };
}

function unfit({ deviceId }: Fitted): Outcome<void, Problem> {
  return failure(problem("device_unknown", deviceId));
}
