import type { CommandId, DeviceId } from "../domain/brand.ts";
import type { Actor } from "../domain/event.ts";
import type { Message } from "../domain/message.ts";
import type { Role } from "../domain/permission.ts";
import type { Problem } from "../domain/problem.ts";
import type { CommandRow } from "../domain/records.ts";
import type { JsonObject } from "../lib/json.ts";
import type { Outcome } from "../lib/outcome.ts";

/** The walk down: person -> permission -> journal -> driver -> broker -> device. */
export interface Commands {
  /** Settles with the row in the state it has then: sent, refused, failed or expired. */
  ask(
    by: { readonly actor: Actor; readonly role: Role },
    wish: CommandWish,
  ): Promise<Outcome<CommandRow, Problem>>;
  /** What would go on the wire, without sending it. */
  preview(wish: CommandWish): Promise<Outcome<Message, Problem>>;
  get(id: CommandId): Promise<CommandRow | undefined>;
  /** Newest first. */
  ofDevice(id: DeviceId, limit: number): Promise<readonly CommandRow[]>;
  /** Told of every change of a command's state, after it is stored. */
  onChange(call: (row: CommandRow) => void): void;
}

export type CommandWish = {
  readonly deviceId: DeviceId;
  readonly name: string;
  readonly parameters: JsonObject;
  readonly expiresInMs?: number;
};
