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
import type { Log } from "../lib/log.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { plainTextOf } from "../lib/plain-text.ts";
import { compileSchema } from "../lib/schema.ts";
import type { Store } from "../store/store.ts";
import { Answers, type Said } from "./answers.ts";
import { follow, type Progress } from "./follow.ts";
import { Kept } from "./kept.ts";
import { Pending } from "./pending.ts";
import { Waiting } from "./waiting.ts";

/** The walk down: person -> permission -> schema -> journal -> driver -> broker -> device. */
export interface Commands {
  /**
   * Settles with the row in the state it has then: sent, refused, failed or expired. While nobody
   * is there to take it, it waits; what its link keeps for those who come later need not. One of a
   * type that is kept waits in its own line, as requested, and its asker need not wait with it.
   */
  ask(by: Asker, wish: CommandWish): Promise<Outcome<CommandRow, Problem>>;
  /** What would go on the wire, without sending it. */
  preview(wish: CommandWish): Outcome<Message, Problem>;
  /** The device's answer, where its protocol has one. */
  confirm(device: DeviceId, said: Said): Promise<void>;
  /** How far the device says that it is, where its protocol knows commands by an id. */
  follow(device: DeviceId, progress: Progress): Promise<Outcome<void, Problem>>;
  /** One that still waits for its device is not sent any more. Whether it did wait. */
  takeBack(by: Asker, id: CommandId): Promise<boolean>;
  get(id: CommandId): Promise<CommandRow | undefined>;
  /** Newest first. */
  ofDevice(id: DeviceId, limit: number): Promise<readonly CommandRow[]>;
  /** Somebody has come or subscribed: what waits for a listener may go now. */
  look(): void;
  /** What waits expires: nothing is sent later, but what is kept, when the house is open again. */
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
  /** Whether the device answers every order, although its protocol need not. Fallback: no. */
  readonly isAnswered?: (device: Device) => boolean;
  readonly clock: Clock;
  readonly log: Log;
};

/**
 * Commands that an earlier run left open end here: they are never sent a second time. Those that
 * are kept go on waiting, and of those that were sent the answers are still awaited.
 */
export async function openCommands(parts: CommandParts): Promise<Commands> {
  const { clock, store, isHeard, log } = parts;
  const watchers: ((row: CommandRow) => void)[] = [];
  const note = async (row: CommandRow, happening: string, by = row.actor) => {
    await parts.record({ ...eventOf(row, happening), actor: by });
    await store.commands.put(row);
    for (const watcher of watchers) watcher(row);
    return row;
  };
  const settle: Settle = (row, state, detail, by) => {
    const settledAt = (state === "requested" ? null : clock.now()) as Timestamp | null;
    return note({ ...row, state, detail, settledAt }, state, by);
  };
  const pending: Pending = new Pending(clock, (row) => answers.giveUp(row));
  const isLaidDown = (row: CommandRow) => {
    const message = encode(parts, row.id, row);
    return message.ok && message.value.retain === true;
  };
  const now = () => clock.now();
  const answers = new Answers({ store, settle, pending, isLaidDown, isHeard, now });
  const kept = new Kept({
    ...{ clock, isHeard },
    send: (row) => sendKept({ ...parts, settle, pending }, row),
    expire: (row) => settle(row, "expired", NOBODY_TOOK_IT),
    onTrouble: (reason) => log.error("a kept command is stuck", { reason: String(reason) }),
  });
  await recall({ ...parts, settle, pending, kept });
  const waiting = new Waiting(clock);
  return {
    ask: (by, wish) => ask({ ...parts, settle, pending, waiting, kept }, by, wish),
    preview: (wish) => encode(parts, newId(clock.now()) as CommandId, wish),
    confirm: (device, said) => answers.take(device, said),
    follow: (device, progress) => follow({ store, pending, note, now }, device, progress),
    takeBack: (by, id) => takeBack({ store, kept, settle }, by, id),
    get: (id) => store.commands.get(id),
    ofDevice: (deviceId, limit) =>
      store.commands.find({ where: { deviceId }, limit, descending: true }),
    look() {
      waiting.look();
      kept.look();
    },
    close() {
      waiting.close();
      kept.close();
      pending.close();
    },
    onChange: (call) => void watchers.push(call),
  };
}

const NOBODY_TOOK_IT = "nobody took it in its time";

type Settle = (
  row: CommandRow,
  state: CommandState,
  detail: string,
  /** Whoever asked for it, unless told otherwise. */
  by?: Actor,
) => Promise<CommandRow>;

async function recall({
  settle,
  pending,
  kept,
  ...parts
}: CommandParts & { settle: Settle; pending: Pending; kept: Kept }): Promise<void> {
  const { commands } = parts.store;
  for (const row of await commands.find({ where: { state: "requested" } })) {
    const isKept = commandTypeOf(parts, row)?.isKept && row.topic !== null;
    if (isKept && row.topic !== null) await kept.add(row.topic, row);
    else await settle(row, "expired", "the server stopped before it was sent");
  }
  const limit = LIMIT.commandsWaiting;
  for (const row of await commands.find({ where: { state: "sent" }, limit, descending: true })) {
    awaitAnswer({ ...parts, pending }, row);
  }
}

type AskParts = CommandParts & {
  readonly settle: Settle;
  readonly pending: Pending;
  readonly waiting: Waiting;
  readonly kept: Kept;
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
  const text = plainTextOf(payload) ?? `0x${Buffer.from(payload).toString("hex")}`;
  const requested = { ...row, topic, payload: text };
  await parts.settle(requested, "requested", "");
  if (commandTypeOf(parts, wish)?.isKept) return success(await keep(parts, topic, requested));
  const isTaken = message.value.retain || (await hasListener(parts, requested, topic));
  if (!isTaken || parts.clock.now() >= row.expiresAt) {
    return success(await parts.settle(requested, "expired", NOBODY_TOOK_IT));
  }
  const sent = await parts.send(expiring(message.value, row.expiresAt));
  if (!sent.ok) return success(await parts.settle(requested, "failed", sent.problem.detail));
  const settled = await parts.settle(requested, "sent", "");
  awaitAnswer(parts, settled);
  return success(settled);
}

/** Until its time is over; where its gateway answers everything, for a minute. */
function awaitAnswer(parts: CommandParts & { readonly pending: Pending }, row: CommandRow): void {
  const device = parts.deviceOf(row.deviceId);
  if (commandTypeOf(parts, row)?.endsAt === "confirmed") {
    parts.pending.add(row, row.expiresAt);
  } else if (device && parts.isAnswered?.(device)) {
    const until = row.requestedAt + LIMIT.answerMs;
    // What is older was sent when nobody expected an answer.
    if (until > parts.clock.now()) parts.pending.add(row, until);
  }
}

/** Waits in its line; where nobody is before it and its device is there, it goes at once. */
async function keep(parts: AskParts, topic: string, row: CommandRow): Promise<CommandRow> {
  if (!parts.kept.hasRoom(topic)) {
    return parts.settle(row, "failed", `${LIMIT.commandsKept} others wait for it already`);
  }
  await parts.kept.add(topic, row);
  return (await parts.store.commands.get(row.id)) ?? row;
}

async function takeBack(
  { store, kept, settle }: Pick<AskParts, "store" | "kept" | "settle">,
  { actor }: Asker,
  id: CommandId,
): Promise<boolean> {
  const row = await store.commands.get(id);
  if (!row || row.topic === null || !kept.remove(row.topic, id)) return false;
  await settle(row, "expired", `taken back by ${actor.name}`, actor);
  return true;
}

/** It counts as sent before it is: after a power cut in between it is not sent a second time. */
async function sendKept(
  parts: CommandParts & { readonly settle: Settle; readonly pending: Pending },
  row: CommandRow,
): Promise<void> {
  const { topic, payload, expiresAt } = row;
  if (topic === null || payload === null) return;
  const settled = await parts.settle(row, "sent", "");
  parts.pending.add(settled, settled.expiresAt);
  const sent = await parts.send({ topic, payload: Buffer.from(payload), expiresAt, qos: 1 });
  if (sent.ok) return;
  parts.pending.end(row.id);
  await parts.settle(settled, "failed", sent.problem.detail);
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

type Named = Pick<CommandWish, "deviceId" | "name">;

function commandTypeOf(parts: CommandParts, wish: Named): CommandType | undefined {
  const device = parts.deviceOf(wish.deviceId);
  const types = device && driverOf(parts, device)?.catalogue.commandTypes;
  return types?.find(({ name }) => name === wish.name);
}

function driverOf(parts: CommandParts, device: Device): Driver | undefined {
  return parts.drivers.find(({ id }) => id === device.driver);
}

function rowOf(parts: CommandParts, by: Asker, wish: CommandWish): CommandRow {
  const now = parts.clock.now();
  const [usualMs, mostMs] = commandTypeOf(parts, wish)?.isKept
    ? [LIMIT.keptExpiresMs, LIMIT.keptExpiresMsMax]
    : [LIMIT.commandExpiresMs, LIMIT.commandExpiresMsMax];
  const expiresInMs = Math.min(wish.expiresInMs ?? usualMs, mostMs);
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
    answer: null,
  };
}

function eventOf(row: CommandRow, happening: string): NewEvent {
  const { id, name, parameters, detail, topic, answer } = row;
  return {
    actor: row.actor,
    kind: `command.${happening}`,
    subject: `device:${row.deviceId}`,
    detail: {
      id,
      name,
      parameters,
      ...(topic && { topic }),
      ...(detail && { detail }),
      ...(answer && { answer }),
    },
  };
}
