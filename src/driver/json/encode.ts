import type { Command } from "../../domain/command.ts";
import type { Message } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome } from "../../lib/outcome.ts";

/** Nobody has said what such a device understands. */
export function encode(command: Command): Outcome<Message, Problem> {
  return failure(problem("command_unknown", `a plain device has no '${command.name}'`));
}
