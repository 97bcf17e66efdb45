import type { Command } from "../../domain/command.ts";
import type { Message } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome } from "../../lib/outcome.ts";

/** Nothing can be asked of an agent yet: commands travel on `i/cmd_v3/c`, which is not spoken. */
export function encode(command: Command): Outcome<Message, Problem> {
  return failure(problem("command_unknown", `an agent has no '${command.name}'`));
}
