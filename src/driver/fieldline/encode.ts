import type { Command } from "../../domain/command.ts";
import type { Message } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome } from "../../lib/outcome.ts";

/** A gateway carries values up; orders are given at the gateway. */
export function encode({ name }: Command): Outcome<Message, Problem> {
  return failure(problem("command_unknown", name));
}
