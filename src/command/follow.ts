import type { CommandId, DeviceId, Timestamp } from "../domain/brand.ts";
import type { CommandState, CommandStep } from "../domain/command.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { CommandRow } from "../domain/records.ts";
import type { JsonObject } from "../lib/json.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { Store } from "../store/store.ts";
import type { Pending } from "./pending.ts";

/** What a device says of a command that it knows by its id. */
export type Progress = {
  readonly command: CommandId;
  readonly step: CommandStep;
  readonly answer: JsonObject;
};

type FollowParts = {
  readonly store: Store;
  readonly pending: Pending;
  /** Into the journal and the store, in this order, and to those who watch. */
  readonly note: (row: CommandRow, happening: string) => Promise<CommandRow>;
  readonly now: () => number;
};

const ENDS_AT: Readonly<Record<CommandStep, CommandState>> = {
  running: "sent",
  done: "confirmed",
  failed: "failed",
};

/** A command that was given up may still be answered; one that has ended has ended. */
const OPEN: ReadonlySet<CommandState> = new Set(["sent", "unknown"]);

/** Keeps the device's last word. What it says again, because a message came twice, is no news. */
export async function follow(
  { store, pending, note, now }: FollowParts,
  device: DeviceId,
  { command, step, answer }: Progress,
): Promise<Outcome<void, Problem>> {
  const row = await store.commands.get(command);
  if (row?.deviceId !== device) {
    return failure(problem("command_unknown", `it was given no command '${command}'`));
  }
  const isNews = OPEN.has(row.state) && JSON.stringify(row.answer) !== JSON.stringify(answer);
  if (!isNews) return success(undefined);
  const state = ENDS_AT[step];
  const settledAt = now() as Timestamp;
  const next: CommandRow = { ...row, state, detail: "", answer, settledAt };
  if (step === "running") pending.note(next);
  else pending.end(command);
  await note(next, step === "running" ? "running" : state);
  return success(undefined);
}
