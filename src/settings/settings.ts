import type { Actor, NewEvent } from "../domain/event.ts";
import type { Device } from "../domain/model.ts";
import type { Role } from "../domain/permission.ts";
import type { Problem } from "../domain/problem.ts";
import type { CommandRow } from "../domain/records.ts";
import type {
  Layer,
  Overheard,
  Rollout,
  RolloutStep,
  Scope,
  Template,
} from "../domain/settings.ts";
import type { Driver } from "../driver/driver.ts";
import type { Clock } from "../lib/clock.ts";
import type { JsonObject } from "../lib/json.ts";
import type { Log } from "../lib/log.ts";
import type { Outcome } from "../lib/outcome.ts";
import type { Store } from "../store/store.ts";
import { currentOf, type Told } from "./current.ts";
import { greet } from "./greet.ts";
import { putLayer } from "./layers.ts";
import { type Meant, type Plan, planOf } from "./meant.ts";
import { lastSent, Overhearing } from "./overhearing.ts";
import { Rollouts, type RolloutWish } from "./rollouts.ts";
import { putTemplate, removeTemplate } from "./templates.ts";

/**
 * What devices are meant to be told, and how it gets to them: templates are laid down for networks,
 * assets and single devices, the narrower over the wider, and rolled out one device at a time.
 */
export interface Settings {
  templates(): Promise<readonly Template[]>;
  putTemplate(by: Actor, template: Template): Promise<Outcome<void, Problem>>;
  removeTemplate(by: Actor, id: string): Promise<Outcome<void, Problem>>;

  layers(): Promise<readonly Layer[]>;
  /** A layer without a template and without fields is taken away. */
  putLayer(by: Actor, wish: LayerWish): Promise<Outcome<void, Problem>>;

  /** What a device is meant to be told; undefined where it has no settings of this name. */
  meant(device: Device, command: string): Promise<Meant | undefined>;
  /** The same of many at once. */
  plan(): Promise<Plan>;

  /** Of each device that has settings. */
  current(devices: readonly Device[]): Promise<ReadonlyMap<Device["id"], Told>>;
  /** The newest command of this name that went out to the device. */
  sent(device: Device, command: string): Promise<CommandRow | undefined>;
  /** What others told a device, newer than what it was told from here. */
  overheard(device: Device, command: string): Promise<Overheard | undefined>;
  /** Somebody told a device something; kept where the house did not say the same. */
  overhear(what: Overheard): Promise<void>;

  /** A device that was only expected has spoken: it is told what was laid down for it. */
  greet(device: Device): Promise<void>;

  rollouts(): Promise<readonly Rollout[]>;
  steps(id: string): Promise<readonly RolloutStep[]>;
  roll(by: Asker, wish: RolloutWish): Promise<Outcome<Rollout, Problem>>;
  /** Pauses, goes on in the name of whoever asks, or gives up what is left. */
  steer(by: Asker, id: string, state: Rollout["state"]): Promise<Outcome<Rollout, Problem>>;
  /** What became of a command later: a step that was sent may still have failed. */
  noteCommand(row: CommandRow): Promise<void>;
  /** Sends once more to those that failed. */
  retry(by: Asker, id: string): Promise<Outcome<Rollout, Problem>>;
  close(): Promise<void>;
}

export type Asker = { readonly actor: Actor; readonly role: Role };

export type LayerWish = Pick<Layer, "driver" | "command" | "templateId" | "parameters"> & {
  readonly scope: Scope;
};

export type SettingsParts = {
  readonly store: Store;
  readonly drivers: readonly Driver[];
  readonly devices: () => readonly Device[];
  /** The walk down: permission, schema, journal, wire. */
  readonly ask: (by: Asker, wish: CommandWish) => Promise<Outcome<CommandRow, Problem>>;
  /** Settles when the entry will survive a power cut. */
  readonly record: (event: NewEvent) => Promise<unknown>;
  /** Told when somebody who looks should look again. */
  readonly onChanged: (subject: string) => void;
  readonly clock: Clock;
  readonly log: Log;
};

type CommandWish = {
  readonly deviceId: Device["id"];
  readonly name: string;
  readonly parameters: JsonObject;
};

/** Rollouts that an earlier run left running go on. */
export async function openSettings(parts: SettingsParts): Promise<Settings> {
  const { store } = parts;
  const rollouts = new Rollouts(parts);
  const overhearing = new Overhearing(store);
  await rollouts.goOn();
  return {
    templates: () => store.templates.find(),
    putTemplate: (by, template) => putTemplate(parts, by, template),
    removeTemplate: (by, id) => removeTemplate(parts, by, id),
    layers: () => store.layers.find(),
    putLayer: (by, wish) => putLayer(parts, by, wish),
    meant: async (device, command) => (await planOf(parts)).meant(device, command),
    plan: () => planOf(parts),
    current: (devices) => currentOf(parts, devices),
    sent: (device, command) => lastSent(store, device.id, command),
    overheard: (device, command) => overhearing.of(device.id, command),
    overhear: (what) => overhearing.note(what),
    greet: (device) => greet(parts, device),
    rollouts: () => store.rollouts.find({ descending: true }),
    steps: (rolloutId) => store.rolloutSteps.find({ where: { rolloutId } }),
    roll: (by, wish) => rollouts.begin(by, wish),
    steer: (by, id, state) => rollouts.steer(by, id, state),
    noteCommand: (row) => rollouts.noteCommand(row),
    retry: (by, id) => rollouts.retry(by, id),
    close: () => rollouts.close(),
  };
}
