import type { DeviceId, Timestamp } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Device } from "../domain/model.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { CommandRow } from "../domain/records.ts";
import type { Rollout, RolloutStep } from "../domain/settings.ts";
import type { Timer } from "../lib/clock.ts";
import { newId } from "../lib/id.ts";
import type { JsonObject } from "../lib/json.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { settingsType } from "./check.ts";
import { planOf } from "./meant.ts";
import type { Asker, SettingsParts } from "./settings.ts";

export type RolloutWish = {
  readonly name: string;
  readonly command: string;
  readonly deviceIds: readonly DeviceId[];
  readonly perSecond: number;
};

type LaneStep = Pick<RolloutStep, "rolloutId" | "deviceId">;

/** Steps that go one after the other. */
type Lane = {
  readonly steps: LaneStep[];
  isRunning: boolean;
  /** Ends the rest between two steps. */
  wake: () => void;
  /** Settles when it has come to the end of its steps. */
  work: Promise<void>;
};

/**
 * Brings what is meant to many devices: in each network one after the other and no faster than was
 * asked for, since each of them answers with all its values. Each step is a command like any other,
 * and is written down before the next begins, so a rollout goes on where it was, whatever happens
 * to the server. Networks do not wait for each other; in one of them the older rollout goes first,
 * so that the rate holds for all of them together.
 */
export class Rollouts {
  readonly #parts: SettingsParts;
  /** By the network that they go through, or by the driver where it has none. */
  readonly #lanes = new Map<string, Lane>();
  /** One after the other: two lanes may see at the same time that nothing is left. */
  #endings: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(parts: SettingsParts) {
    this.#parts = parts;
  }

  async begin(by: Asker, wish: RolloutWish): Promise<Outcome<Rollout, Problem>> {
    const checked = this.#check(wish);
    if (!checked.ok) return checked;
    const { store, clock } = this.#parts;
    const now = clock.now() as Timestamp;
    const { name, command, perSecond } = wish;
    const own = { id: newId(now), name, command, perSecond, createdAt: now, endedAt: null };
    const rollout: Rollout = { ...own, state: "running", ...by };
    const deviceIds = [...new Set(wish.deviceIds)];
    const steps = deviceIds.map((id) => waitingStep(rollout, id));
    await this.#tell(rollout, "rollout.started", { devices: steps.length, perSecond });
    await store.together(async () => {
      await store.rollouts.put(rollout);
      await store.rolloutSteps.put(...steps);
    });
    await this.#forgetOld();
    this.#changed(rollout);
    await this.#start(rollout);
    return success(rollout);
  }

  async steer(by: Asker, id: string, state: Rollout["state"]): Promise<Outcome<Rollout, Problem>> {
    const { store, clock } = this.#parts;
    const found = await this.#open(id);
    if (!found.ok) return found;
    const isOver = state === "cancelled";
    const endedAt = isOver ? (clock.now() as Timestamp) : null;
    const rollout = { ...found.value, ...by, state, endedAt };
    await this.#tell(rollout, STEERED[state], {});
    await store.rollouts.put(rollout);
    this.#changed(rollout);
    if (state === "running") await this.#start(rollout);
    return success(rollout);
  }

  async retry(by: Asker, id: string): Promise<Outcome<Rollout, Problem>> {
    const { store } = this.#parts;
    const found = await store.rollouts.get(id);
    if (!found) return failure(problem("rollout_unknown", id));
    const failed = await store.rolloutSteps.find({ where: { rolloutId: id, state: "failed" } });
    if (failed.length === 0) return success(found);
    const rollout: Rollout = { ...found, ...by, state: "running", endedAt: null };
    await this.#tell(rollout, "rollout.retried", { devices: failed.length });
    await store.together(async () => {
      await store.rollouts.put(rollout);
      await store.rolloutSteps.put(...failed.map((step) => waitingStep(rollout, step.deviceId)));
    });
    this.#changed(rollout);
    await this.#start(rollout);
    return success(rollout);
  }

  /**
   * A gateway says after a while that it could not reach the node, or says nothing; or what was
   * given up is answered after all.
   */
  async noteCommand({ id, state: became, detail }: CommandRow): Promise<void> {
    const hasFailed = became === "failed" || became === "unknown";
    if (!hasFailed && became !== "confirmed") return;
    const [before, state] = hasFailed
      ? (["sent", "failed"] as const)
      : (["failed", "sent"] as const);
    const { rollouts, rolloutSteps } = this.#parts.store;
    for (const step of await rolloutSteps.find({ where: { commandId: id, state: before } })) {
      await rolloutSteps.put({ ...step, state, detail });
      const rollout = await rollouts.get(step.rolloutId);
      if (rollout) this.#changed(rollout);
    }
  }

  /** What an earlier run of the server left running, the oldest first. */
  async goOn(): Promise<void> {
    const left = await this.#parts.store.rollouts.find({ where: { state: "running" } });
    for (const rollout of left) await this.#start(rollout);
  }

  /** Settles when no step is half done; what is left waits for the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const lanes = [...this.#lanes.values()];
    for (const lane of lanes) lane.wake();
    await Promise.all(lanes.map(({ work }) => work));
    await this.#endings;
  }

  #check({ command, deviceIds }: RolloutWish): Outcome<void, Problem> {
    const devices = new Map(this.#parts.devices().map((device) => [device.id, device]));
    if (deviceIds.length > LIMIT.rolloutDevices) {
      return failure(problem("settings_limit", `more than ${LIMIT.rolloutDevices} devices`));
    }
    for (const id of deviceIds) {
      const device = devices.get(id);
      if (!device) return failure(problem("device_unknown", id));
      if (settingsType(this.#parts.drivers, device.driver, command)) continue;
      return failure(problem("command_unknown", `${device.address} has no settings '${command}'`));
    }
    return success(undefined);
  }

  async #open(id: string): Promise<Outcome<Rollout, Problem>> {
    const rollout = await this.#parts.store.rollouts.get(id);
    if (!rollout) return failure(problem("rollout_unknown", id));
    const isOver = rollout.state === "ended" || rollout.state === "cancelled";
    return isOver ? failure(problem("rollout_over", rollout.name)) : success(rollout);
  }

  /** Its steps stand behind those that wait already, each in the lane of its device. */
  async #start(rollout: Rollout): Promise<void> {
    const where = { rolloutId: rollout.id, state: "waiting" } as const;
    const steps = await this.#parts.store.rolloutSteps.find({ where });
    const devices = new Map(this.#parts.devices().map((device) => [device.id, device]));
    for (const { deviceId } of steps) {
      const lane = this.#lane(this.#laneOf(devices.get(deviceId)));
      lane.steps.push({ rolloutId: rollout.id, deviceId });
    }
    for (const lane of this.#lanes.values()) this.#drive(lane);
    if (steps.length === 0) await this.#endIfDone(rollout.id);
  }

  #laneOf(device: Device | undefined): string {
    const driver = this.#parts.drivers.find(({ id }) => id === device?.driver);
    const network = device && driver?.networkOf?.(device.address);
    return `${driver?.id ?? ""} ${network ?? ""}`;
  }

  #lane(name: string): Lane {
    const known = this.#lanes.get(name);
    if (known) return known;
    const lane = { steps: [], isRunning: false, wake: () => undefined, work: Promise.resolve() };
    this.#lanes.set(name, lane);
    return lane;
  }

  #drive(lane: Lane): void {
    if (lane.isRunning) return;
    lane.isRunning = true;
    lane.work = this.#run(lane).catch((reason: unknown) => {
      // What waits still waits: it goes on with the next start, or when somebody resumes it.
      this.#parts.log.error("a rollout has stopped", { reason: String(reason) });
    });
  }

  async #run(lane: Lane): Promise<void> {
    try {
      for (let next = lane.steps.shift(); next && !this.#isClosed; next = lane.steps.shift()) {
        await this.#step(lane, next);
      }
    } finally {
      lane.isRunning = false;
    }
  }

  /** What was paused or given up meanwhile is passed over. */
  async #step(lane: Lane, { rolloutId, deviceId }: LaneStep): Promise<void> {
    const { rollouts, rolloutSteps } = this.#parts.store;
    const rollout = await rollouts.get(rolloutId);
    const step = await rolloutSteps.get([rolloutId, deviceId]);
    if (rollout?.state !== "running" || step?.state !== "waiting") return;
    const taken = await this.#take(rollout, step);
    await rolloutSteps.put(taken);
    await this.#noteQuickAnswer(taken);
    this.#changed(rollout);
    await this.#endIfDone(rolloutId);
    await this.#rest(lane, 1_000 / rollout.perSecond);
  }

  /** The answer may have been faster than the writing down of the step. */
  async #noteQuickAnswer({ commandId }: RolloutStep): Promise<void> {
    const row = commandId === null ? undefined : await this.#parts.store.commands.get(commandId);
    if (row) await this.noteCommand(row);
  }

  /** What is meant is asked for now, not when the rollout began: the newest word counts. */
  async #take(rollout: Rollout, step: RolloutStep): Promise<RolloutStep> {
    const { ask, devices, clock } = this.#parts;
    const at = clock.now() as Timestamp;
    const device = devices().find(({ id }) => id === step.deviceId);
    const meant = device && (await planOf(this.#parts)).meant(device, rollout.command);
    if (!device || !meant) return { ...step, state: "failed", detail: "no such device", at };
    const { actor, role, command: name } = rollout;
    const wish = { deviceId: device.id, name, parameters: meant.parameters };
    const asked = await ask({ actor, role }, wish);
    if (!asked.ok) return { ...step, state: "failed", detail: asked.problem.detail, at };
    const { id: commandId, state, detail } = asked.value;
    const isSent = state === "sent" || state === "confirmed";
    return { ...step, state: isSent ? "sent" : "failed", detail, at, commandId };
  }

  #endIfDone(id: string): Promise<void> {
    const ending = this.#endings.then(async () => {
      const { rollouts, rolloutSteps } = this.#parts.store;
      const rollout = await rollouts.get(id);
      const left = await rolloutSteps.count({ rolloutId: id, state: "waiting" });
      if (rollout?.state === "running" && left === 0) await this.#end(rollout);
    });
    this.#endings = ending.catch(() => undefined);
    return ending;
  }

  async #end(rollout: Rollout): Promise<void> {
    const { store, clock } = this.#parts;
    const count = (state: RolloutStep["state"]) =>
      store.rolloutSteps.count({ rolloutId: rollout.id, state });
    const [sent, failed] = await Promise.all([count("sent"), count("failed")]);
    const ended: Rollout = { ...rollout, state: "ended", endedAt: clock.now() as Timestamp };
    await this.#tell(ended, "rollout.ended", { sent, failed });
    await store.rollouts.put(ended);
    this.#changed(ended);
  }

  /** Until so much time has passed, or the room closes. */
  #rest(lane: Lane, ms: number): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      let timer: Timer | undefined;
      lane.wake = () => {
        timer?.cancel();
        resolve();
      };
      timer = this.#parts.clock.after(ms, lane.wake);
    });
  }

  async #forgetOld(): Promise<void> {
    const { store } = this.#parts;
    const kept = await store.rollouts.find({ descending: true });
    const isOver = ({ state }: Rollout) => state === "ended" || state === "cancelled";
    for (const { id } of kept.slice(LIMIT.rollouts).filter(isOver)) {
      await store.rollouts.remove({ id });
    }
  }

  #tell({ id, name, command, actor }: Rollout, kind: string, detail: JsonObject) {
    const event = { kind, subject: `rollout:${id}`, detail: { name, command, ...detail } };
    return this.#parts.record({ actor, ...event });
  }

  #changed({ id }: Rollout): void {
    this.#parts.onChanged(`rollout:${id}`);
  }
}

const STEERED = {
  running: "rollout.resumed",
  paused: "rollout.paused",
  cancelled: "rollout.cancelled",
  ended: "rollout.ended",
} as const;

function waitingStep({ id }: Rollout, deviceId: DeviceId): RolloutStep {
  return { rolloutId: id, deviceId, state: "waiting", detail: "", at: null, commandId: null };
}
