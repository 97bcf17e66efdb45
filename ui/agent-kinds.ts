import {
  AGENT_KINDS,
  type AgentKind,
  clientIdOf,
  type Rights,
  rightsOf,
  TENANT_WORDS,
} from "../src/domain/agent.ts";

/** What a kind of agent is called and what it is for. */
type KindWords = {
  readonly name: string;
  readonly sentence: string;
  /** A name that somebody could give one. */
  readonly example: string;
  readonly tenantExample: string;
};

export const KIND_WORDS: Readonly<Record<AgentKind, KindWords>> = {
  viasens: {
    name: "viaSens gateway",
    sentence: "SAUTER smart sensors: one gateway a network, its nodes appear by themselves.",
    example: "gateway",
    tenantExample: "building-a",
  },
  mindsphere: {
    name: "MindSphere agent",
    sentence: "Meters and machines that speak Siemens' MindConnect over MQTT, with their model.",
    example: "energy_gateway_1",
    tenantExample: "harbour",
  },
  "scorp-io": {
    name: "SCorp-io edge",
    sentence: "Devices behind a SCorp-io edge, which declares them and sends their data.",
    example: "utilities",
    tenantExample: "harbour",
  },
  plain: {
    name: "Plain MQTT client",
    sentence: "A program or an integration that publishes and reads the topics you name.",
    example: "reporting",
    tenantExample: "",
  },
  sparkplug: {
    name: "Sparkplug edge node",
    sentence: "A Sparkplug B edge node: what its births declare waits in the inbox.",
    example: "line-3",
    tenantExample: "plant",
  },
  gateway: {
    name: "Fieldline gateway",
    sentence: "A Fieldline at the edge; the program for it is not part of this version.",
    example: "roof",
    tenantExample: "",
  },
};

/** Those that the house reads come first. */
export const KINDS_IN_ORDER: readonly AgentKind[] = AGENT_KINDS.toSorted(
  (a, b) => Object.keys(KIND_WORDS).indexOf(a) - Object.keys(KIND_WORDS).indexOf(b),
);

/** What an agent will be once it is made. */
export type Draft = {
  readonly kind: AgentKind;
  readonly name: string;
  readonly tenant: string;
  /** One topic filter a line; for plain clients only. */
  readonly publish: string;
  readonly subscribe: string;
};

type DraftResult = {
  readonly errors: Partial<Record<"name" | "tenant" | "publish" | "subscribe", string>>;
  readonly clientId: string;
  readonly rights: Rights;
  /** Undefined where its kind has none. */
  readonly tenantWord: string | undefined;
};

const NAME_CHARS = 64;
/** The same rule as the server's: what would reach over a topic's level, or cannot be typed. */
const UNFIT = /[/+#\p{C}]|^\s|\s$/u;

/** How it will be known, while it is typed; what is missing stands as an example. */
export function draftOf(draft: Draft): DraftResult {
  const { kind, name, tenant } = draft;
  const words = KIND_WORDS[kind];
  const shown = { name: name || words.example, tenant: tenant || words.tenantExample };
  const clientId = clientIdOf(kind, shown.tenant, shown.name);
  const grant = { publish: linesOf(draft.publish), subscribe: linesOf(draft.subscribe) };
  const rights = rightsOf({ kind, ...shown, clientId, grant });
  const tenantWord = TENANT_WORDS[kind];
  return { errors: errorsOf(draft, grant), clientId, rights, tenantWord };
}

function errorsOf({ kind, name, tenant }: Draft, grant: Rights): DraftResult["errors"] {
  const errors: DraftResult["errors"] = {};
  if (isUnfit(name)) errors.name = NAME_RULE;
  if (TENANT_WORDS[kind] && isUnfit(tenant)) errors.tenant = NAME_RULE;
  if (kind !== "plain") return errors;
  for (const part of ["publish", "subscribe"] as const) {
    const wrong = grant[part].find((filter) => !isFilter(filter));
    if (wrong !== undefined) errors[part] = `'${wrong}' is no topic filter.`;
  }
  return errors;
}

function isUnfit(name: string): boolean {
  return UNFIT.test(name) || name.length > NAME_CHARS;
}

const NAME_RULE = `At most ${NAME_CHARS} characters, without / + #.`;

/** `+` and `#` fill a level, and `#` is the last one: MQTT 5, section 4.7. */
function isFilter(filter: string): boolean {
  const levels = filter.split("/");
  return levels.every((level, at) => {
    if (level === "#") return at === levels.length - 1;
    return level === "+" || !/[+#]/.test(level);
  });
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
