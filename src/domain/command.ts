import type { JsonObject } from "../lib/json.ts";
import type { CommandId, DeviceAddress, Timestamp } from "./brand.ts";

/** A wish that a device do or become something, as its driver sees it. */
export type Command = {
  readonly id: CommandId;
  readonly device: DeviceAddress;
  readonly name: string;
  readonly parameters: JsonObject;
  /** When somebody asked for it. */
  readonly at: Timestamp;
};

/**
 * requested -> sent -> confirmed. It ends early as refused (not allowed, or wrong parameters),
 * failed (could not be sent) or expired (its time was over first); unknown means sent, and the link
 * was lost before an answer could come.
 */
export const COMMAND_STATES = [
  "requested",
  "sent",
  "confirmed",
  "refused",
  "failed",
  "expired",
  "unknown",
] as const;
export type CommandState = (typeof COMMAND_STATES)[number];

/** What a device says of a command that it has taken. */
export type CommandStep = "running" | "done" | "failed";
