import type { DeviceId, Timestamp } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
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

/**
 * Brings what is meant to many devices: one after the other and no faster than was asked for, since
 * each of them answers with all its values. Each step is a command like any other, and is written
 * down before the next begins, so a rollout goes on where it was, whatever happens to the server.
 * One runs at a time; others wait for it, so that the rate holds for all of them together.
 */
export class Rollouts {
  readonly #parts: SettingsParts;
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;
  #wake: () => void = () => undefined;

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
    this.#start();
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
    if (state === "running") this.#start();
    else this.#wake();
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
    this.#start();
    return success(rollout);
  }

  /** What an earlier run of the server left running. */
  async goOn(): Promise<void> {
    const left = await this.#parts.store.rollouts.find({ where: { state: "running" }, limit: 1 });
    if (left.length > 0) this.#start();
  }

  /** Settles when no step is half done; what is left waits for the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake();
    await this.#work;
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

  /** Behind what runs already, which may be about to end. */
  #start(): void {
    const run = () => this.#run();
    this.#work = this.#work.then(run).catch((reason: unknown) => {
      // What waits still waits: it goes on with the next start, or when somebody resumes it.
      this.#parts.log.error("a rollout has stopped", { reason: String(reason) });
    });
  }

  /** The oldest that runs, step by step, until none is left. */
  async #run(): Promise<void> {
    const { store } = this.#parts;
    while (!this.#isClosed) {
      const [rollout] = await store.rollouts.find({ where: { state: "running" }, limit: 1 });
      if (!rollout) break;
      const where = { rolloutId: rollout.id, state: "waiting" } as const;
      const [step] = await store.rolloutSteps.find({ where, limit: 1 });
      if (step) {
        await store.rolloutSteps.put(await this.#take(rollout, step));
        this.#changed(rollout);
        await this.#rest(1_000 / rollout.perSecond);
      } else {
        await this.#end(rollout);
      }
    }
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
    const isSent = asked.value.state === "sent" || asked.value.state === "confirmed";
    return { ...step, state: isSent ? "sent" : "failed", detail: asked.value.detail, at };
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

  /** Until so much time has passed, or something else is to be done. */
  #rest(ms: number): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      let timer: Timer | undefined;
      this.#wake = () => {
        timer?.cancel();
        resolve();
      };
      timer = this.#parts.clock.after(ms, this.#wake);
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
  return { rolloutId: id, deviceId, state: "waiting", detail: "", at: null };
}
