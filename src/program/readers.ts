import type { Access } from "../access/access.ts";
import type { Admission, ConnectAttempt } from "../broker/broker.ts";
import type { AgentId } from "../domain/brand.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";

/** How an API token begins: no password of an agent does. */
const TOKEN = /^fl_/;

/**
 * An integration that listens: an API token as its password, whatever its user name. Every role may
 * view, so it hears what devices say; it may publish nothing. Undefined: this is somebody else.
 */
export async function admitReader(
  access: Pick<Access, "identify">,
  { password, certificate }: ConnectAttempt,
): Promise<Outcome<Admission, Problem> | undefined> {
  if (certificate || password === null || !TOKEN.test(password)) return undefined;
  const identity = await access.identify({ cookie: undefined, bearer: password });
  if (!identity) return failure(problem("agent_refused", "the token is wrong, or has ended"));
  const { actor, endsAt } = identity;
  const rights = { publish: [], subscribe: ["#"] };
  return success({ agent: readerOf(actor.id), rights, ...(endsAt && { endsAt }) });
}

/** Its connections are known by its token. */
export function readerOf(actorId: string): AgentId {
  return `reader:${actorId}` as AgentId;
}
