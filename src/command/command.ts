import type { CommandId, DeviceId, Timestamp } from "../domain/brand.ts";
import type { CommandType } from "../domain/catalogue.ts";
import type { CommandState } from "../domain/command.ts";
import type { Actor, NewEvent } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Message } from "../domain/message.ts";
import type { Device } from "../domain/model.ts";
import { mayDo, type Role } from "../domain/permission.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { CommandRow } from "../domain/records.ts";
import type { Driver } from "../driver/driver.ts";
import type { Clock } from "../lib/clock.ts";
import { newId } from "../lib/id.ts";
import type { JsonObject } from "../lib/json.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { compileSchema } from "../lib/schema.ts";
import type { Store } from "../store/store.ts";
import { Pending } from "./pending.ts";
import { Waiting } from "./waiting.ts";

/** The walk down: person -> permission -> schema -> journal -> driver -> broker -> device. */
export interface Commands {
  /**
   * Settles with the row in the state it has then: sent, refused, failed or expired. While nobody
   * is there to take it, it waits; what its link keeps for those who come later need not.
   */
  ask(by: Asker, wish: CommandWish): Promise<Outcome<CommandRow, Problem>>;
  /** What would go on the wire, without sending it. */
  preview(wish: CommandWish): Outcome<Message, Problem>;
  /** The device's answer, where its protocol has one. */
  confirm(device: DeviceId, command: string, done: boolean): Promise<void>;
  get(id: CommandId): Promise<CommandRow | undefined>;
  /** Newest first. */
  ofDevice(id: DeviceId, limit: number): Promise<readonly CommandRow[]>;
  /** Somebody has come or subscribed: what waits for a listener may go now. */
  look(): void;
  /** What waits expires: nothing is sent later. */
  close(): void;
  /** Told of every change of a command's state, after it is stored. */
  onChange(call: (row: CommandRow) => void): void;
}

type Asker = { readonly actor: Actor; readonly role: Role };

export type CommandWish = {
  readonly deviceId: DeviceId;
  readonly name: string;
  readonly parameters: JsonObject;
  readonly expiresInMs?: number;
};

type CommandParts = {
  readonly store: Store;
  /** Settles when the entry will survive a power cut. */
  readonly record: (event: NewEvent) => Promise<unknown>;
  readonly deviceOf: (id: DeviceId) => Device | undefined;
  readonly drivers: readonly Driver[];
  readonly send: (message: Message) => Promise<Outcome<void, Problem>>;
  /** Whether somebody is there to take a message of this topic; true where nobody can tell. */
  readonly isHeard: (topic: string) => boolean;
  readonly clock: Clock;
};

/** Commands that an earlier run left open end here: they are never sent a second time. */
export async function openCommands(parts: CommandParts): Promise<Commands> {
  const watchers: ((row: CommandRow) => void)[] = [];
  const settle = async (row: CommandRow, state: CommandState, detail: string) => {
    const settledAt = (state === "requested" ? null : parts.clock.now()) as Timestamp | null;
    const settled: CommandRow = { ...row, state, detail, settledAt };
    await parts.record(eventOf(settled));
    await parts.store.commands.put(settled);
    for (const watcher of watchers) watcher(settled);
    return settled;
  };
  for (const row of await parts.store.commands.find({ where: { state: "requested" } })) {
    await settle(row, "expired", "the server stopped before it was sent");
  }
  const waiting = new Waiting(parts.clock);
  const pending = new Pending(parts.clock, (row) => settle(row, "unknown", "no answer came"));
  return {
    ask: (by, wish) => ask({ ...parts, settle, pending, waiting }, by, wish),
    preview: (wish) => encode(parts, newId(parts.clock.now()) as CommandId, wish),
    confirm: (device, command, done) =>
      pending.confirm(device, command, (row) => settle(row, done ? "confirmed" : "failed", "")),
    get: (id) => parts.store.commands.get(id),
    ofDevice: (deviceId, limit) =>
      parts.store.commands.find({ where: { deviceId }, limit, descending: true }),
    look: () => waiting.look(),
    close: () => waiting.close(),
    onChange: (call) => void watchers.push(call),
  };
}

type AskParts = CommandParts & {
  readonly settle: (row: CommandRow, state: CommandState, detail: string) => Promise<CommandRow>;
  readonly pending: Pending;
  readonly waiting: Waiting;
};

async function ask(
  parts: AskParts,
  by: Asker,
  wish: CommandWish,
): Promise<Outcome<CommandRow, Problem>> {
  const row = rowOf(parts, by, wish);
  const allowed = mayCommand(by, wish);
  const message = allowed.ok ? encode(parts, row.id, wish) : allowed;
  if (!message.ok) {
    await parts.settle(row, "refused", message.problem.detail);
    return message;
  }
  const { topic, payload } = message.value;
  const requested = { ...row, topic, payload: Buffer.from(payload).toString("utf8") };
  await parts.settle(requested, "requested", "");
  const isTaken = message.value.retain || (await hasListener(parts, requested, topic));
  if (!isTaken || parts.clock.now() >= row.expiresAt) {
    return success(await parts.settle(requested, "expired", "nobody took it in its time"));
  }
  const sent = await parts.send(expiring(message.value, row.expiresAt));
  if (!sent.ok) return success(await parts.settle(requested, "failed", sent.problem.detail));
  const settled = await parts.settle(requested, "sent", "");
  if (commandTypeOf(parts, wish)?.endsAt === "confirmed") parts.pending.add(settled);
  return success(settled);
}

function hasListener(
  { waiting, isHeard }: AskParts,
  { expiresAt }: CommandRow,
  topic: string,
): Promise<boolean> {
  return waiting.until(() => isHeard(topic), expiresAt);
}

/** Settings stay until others come; anything else must not reach a device that comes back later. */
function expiring(message: Message, expiresAt: Timestamp): Message {
  return message.retain ? message : { ...message, expiresAt };
}

function mayCommand({ role }: Asker, { name }: CommandWish): Outcome<void, Problem> {
  if (mayDo(role, "command")) return success(undefined);
  return failure(problem("command_forbidden", `a ${role} may not send '${name}'`));
}

/** Everything that can be wrong with a wish shows here, before anything is sent. */
function encode(parts: CommandParts, id: CommandId, wish: CommandWish): Outcome<Message, Problem> {
  const device = parts.deviceOf(wish.deviceId);
  if (!device) return failure(problem("device_unknown", wish.deviceId));
  const type = commandTypeOf(parts, wish);
  const driver = driverOf(parts, device);
  if (!type || !driver) {
    return failure(problem("command_unknown", `${device.address} has no command '${wish.name}'`));
  }
  const checked = compileSchema(type.parameters)(wish.parameters);
  if (!checked.ok) return failure(problem("command_invalid", checked.problem));
  const { name, parameters } = wish;
  const at = parts.clock.now() as Timestamp;
  return driver.encode({ id, device: device.address, name, parameters, at });
}

function commandTypeOf(parts: CommandParts, wish: CommandWish): CommandType | undefined {
  const device = parts.deviceOf(wish.deviceId);
  const types = device && driverOf(parts, device)?.catalogue.commandTypes;
  return types?.find(({ name }) => name === wish.name);
}

function driverOf(parts: CommandParts, device: Device): Driver | undefined {
  return parts.drivers.find(({ id }) => id === device.driver);
}

function rowOf({ clock }: CommandParts, by: Asker, wish: CommandWish): CommandRow {
  const now = clock.now();
  const expiresInMs = Math.min(
    wish.expiresInMs ?? LIMIT.commandExpiresMs,
    LIMIT.commandExpiresMsMax,
  );
  return {
    id: newId(now) as CommandId,
    deviceId: wish.deviceId,
    name: wish.name,
    parameters: wish.parameters,
    actor: by.actor,
    state: "requested",
    detail: "",
    topic: null,
    payload: null,
    requestedAt: now as Timestamp,
    expiresAt: (now + expiresInMs) as Timestamp,
    settledAt: null,
  };
}

function eventOf(row: CommandRow): NewEvent {
  const { id, name, parameters, detail, topic } = row;
  return {
    actor: row.actor,
    kind: `command.${row.state}`,
    subject: `device:${row.deviceId}`,
    detail: { id, name, parameters, ...(topic && { topic }), ...(detail && { detail }) },
  };
}
