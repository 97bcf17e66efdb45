import {
  type Agent,
  type AgentKind,
  clientIdOf,
  type Rights,
  TENANT_WORDS,
} from "../domain/agent.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { isValidFilter, isValidTopic } from "../domain/topic.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { NewAgent } from "./agent.ts";

/** X.520: a common name has at most 64 characters. */
const NAME_CHARS = 64;
/** What would reach over the level of a topic that the name is meant for, or cannot be typed. */
const UNFIT = /[/+#\p{C}]|^\s|\s$/u;

/** What an agent is to be, checked: its names become levels of topics and parts of certificates. */
export function enrol(wish: NewAgent): Outcome<Omit<Agent, "id" | "createdAt">, Problem> {
  const { kind, name, grant } = wish;
  const tenantWord = TENANT_WORDS[kind];
  const tenant = tenantWord === undefined ? "" : wish.tenant;
  const clientId = clientIdOf(kind, tenant, name);
  const wrong =
    wrongName("name", name) ??
    (tenantWord !== undefined ? wrongName(tenantWord, tenant) : undefined) ??
    wrongGrant(kind, grant) ??
    wrongClientId(clientId);
  if (wrong) return failure(problem("request_invalid", wrong));
  return success({
    ...{ kind, name, tenant, clientId, grant },
    revoked: false,
    demo: wish.demo ?? false,
  });
}

/** Why a name cannot be a level of a topic and a part of a certificate; undefined where it can. */
export function wrongName(word: string, name: string): string | undefined {
  if (name === "") return `the ${word} is missing`;
  if ([...name].length > NAME_CHARS) return `the ${word} is longer than ${NAME_CHARS} characters`;
  if (UNFIT.test(name)) return `the ${word} must not hold / + # or control characters`;
  return undefined;
}

/** What is wrong with the rights that somebody wants to give to an agent of this kind. */
export function wrongGrant(kind: AgentKind, grant: Rights | null): string | undefined {
  if (kind !== "plain") {
    return grant === null ? undefined : `a grant is for plain agents; ${kind} has its own topics`;
  }
  const filters = [...(grant?.publish ?? []), ...(grant?.subscribe ?? [])];
  const wrong = filters.find((filter) => !isValidFilter(filter));
  return wrong === undefined ? undefined : `'${wrong}' is no topic filter`;
}

/** What is wrong with topics that an agent wants for its own. */
export function wrongTopics(
  kind: AgentKind,
  clientId: string,
  topics: readonly string[],
): string | undefined {
  if (kind !== "mindsphere") return "topics are registered for MindSphere agents";
  const wrong = topics.find((topic) => {
    const isOwn = topic.split("/").includes(clientId) && !RESERVED.test(topic);
    return !isOwn || !isValidTopic(topic) || Buffer.byteLength(topic) > LIMIT.topicBytes;
  });
  if (wrong === undefined) return undefined;
  return `'${wrong}': a level must be '${clientId}', none a wildcard, and its tree no dialect's`;
}

/** Trees of the dialects, and what the broker says itself. */
const RESERVED = /^(\$|\/|(tc|c|mqtts|spBv1\.0|fl|devices)\/)/;

function wrongClientId(clientId: string): string | undefined {
  const isLong = Buffer.byteLength(clientId) > LIMIT.clientIdBytes;
  return isLong ? `the client id '${clientId}' is over ${LIMIT.clientIdBytes} bytes` : undefined;
}
