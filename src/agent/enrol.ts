import type { Agent, AgentKind, Rights } from "../domain/agent.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { isValidFilter } from "../domain/topic.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { NewAgent } from "./agent.ts";

/** What the tenant is called in each dialect; kinds that are missing here have none. */
const TENANTS: Readonly<Partial<Record<AgentKind, string>>> = {
  mindsphere: "tenant",
  viasens: "network",
  "scorp-io": "project",
  sparkplug: "group",
};
/** X.520: a common name has at most 64 characters. */
const NAME_CHARS = 64;
/** What would reach over the level of a topic that the name is meant for, or cannot be typed. */
const UNFIT = /[/+#\p{C}]|^\s|\s$/u;

/** What an agent is to be, checked: its names become levels of topics and parts of certificates. */
export function enrol(wish: NewAgent): Outcome<Omit<Agent, "id" | "createdAt">, Problem> {
  const { kind, name, grant } = wish;
  const tenantWord = TENANTS[kind];
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

/**
 * The client id, and the user name where an agent has a password. MindSphere prescribes its form;
 * of a viaSens network there is one gateway, so the network says all.
 */
function clientIdOf(kind: AgentKind, tenant: string, name: string): string {
  switch (kind) {
    case "mindsphere":
      return `${tenant}_${name}`;
    case "viasens":
      return `viasens-${tenant}`;
    case "scorp-io":
    case "sparkplug":
      return `${tenant}-${name}`;
    case "gateway":
      return `gateway-${name}`;
    case "plain":
      return name;
  }
}

function wrongName(word: string, name: string): string | undefined {
  if (name === "") return `the ${word} is missing`;
  if ([...name].length > NAME_CHARS) return `the ${word} is longer than ${NAME_CHARS} characters`;
  if (UNFIT.test(name)) return `the ${word} must not hold / + # or control characters`;
  return undefined;
}

function wrongGrant(kind: AgentKind, grant: Rights | null): string | undefined {
  if (kind !== "plain") {
    return grant === null ? undefined : `a grant is for plain agents; ${kind} has its own topics`;
  }
  const filters = [...(grant?.publish ?? []), ...(grant?.subscribe ?? [])];
  const wrong = filters.find((filter) => !isValidFilter(filter));
  return wrong === undefined ? undefined : `'${wrong}' is no topic filter`;
}

function wrongClientId(clientId: string): string | undefined {
  const isLong = Buffer.byteLength(clientId) > LIMIT.clientIdBytes;
  return isLong ? `the client id '${clientId}' is over ${LIMIT.clientIdBytes} bytes` : undefined;
}
