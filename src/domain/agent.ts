import type { AgentId, Timestamp } from "./brand.ts";

/** What an agent speaks; it decides what it may publish and subscribe (see `rightsOf`). */
export const AGENT_KINDS = [
  "mindsphere",
  "viasens",
  "scorp-io",
  "sparkplug",
  "gateway",
  "plain",
] as const;
export type AgentKind = (typeof AGENT_KINDS)[number];

/** What the tenant is called in each dialect; kinds that are missing here have none. */
export const TENANT_WORDS: Readonly<Partial<Record<AgentKind, string>>> = {
  mindsphere: "tenant",
  viasens: "network",
  "scorp-io": "project",
  sparkplug: "group",
};

/** An identity that may connect to the broker, one live connection at a time. */
export type Agent = {
  readonly id: AgentId;
  readonly kind: AgentKind;
  readonly name: string;
  /** MindSphere tenant, viaSens network, SCorp-io project or Sparkplug group; "" for the rest. */
  readonly tenant: string;
  /** The only client id that it may connect with. */
  readonly clientId: string;
  readonly revoked: boolean;
  readonly demo: boolean;
  readonly createdAt: Timestamp;
  /** Of kind `plain`: what its grant says. Of `mindsphere`: the topics that it has registered. */
  readonly grant: Rights | null;
};

/** MQTT topic filters. A subscription is allowed when one of the filters contains it whole. */
export type Rights = {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
};

/**
 * The client id, and the user name where an agent has a password. MindSphere prescribes its form;
 * of a viaSens network there is one gateway, so the network says all.
 */
export function clientIdOf(kind: AgentKind, tenant: string, name: string): string {
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

/** The table "MQTT rights" of docs/architecture.md, as code. */
export function rightsOf(
  agent: Pick<Agent, "kind" | "name" | "tenant" | "clientId" | "grant">,
): Rights {
  const { tenant, name, clientId } = agent;
  switch (agent.kind) {
    case "mindsphere":
      return {
        publish: [`tc/${tenant}/${clientId}/o/#`, ...(agent.grant?.publish ?? [])],
        subscribe: [`tc/${tenant}/${clientId}/i/#`],
      };
    case "viasens": {
      const network = `/sauter/viasens/${tenant}`;
      return {
        publish: [`${network}/#`],
        subscribe: [`${network}/+/configure`, `${network}/+/control`],
      };
    }
    case "scorp-io":
      return both(`mqtts/${tenant}/+/${name}/#`, `mqtts/${tenant}/+/${name}/#`);
    case "sparkplug":
      return {
        publish: [`spBv1.0/${tenant}/+/${name}/#`],
        subscribe: [`spBv1.0/${tenant}/+/${name}/#`, "spBv1.0/STATE/#"],
      };
    case "gateway":
      return both(`fl/1/${name}/o/#`, `fl/1/${name}/i/#`);
    case "plain":
      return agent.grant ?? { publish: [], subscribe: [] };
  }
}

/** Where an agent publishes its model; undefined of kinds that have none. */
export function modelTopicOf({
  kind,
  tenant,
  clientId,
}: Pick<Agent, "kind" | "tenant" | "clientId">): string | undefined {
  return kind === "mindsphere" ? `tc/${tenant}/${clientId}/o/amo_v3/m` : undefined;
}

function both(publish: string, subscribe: string): Rights {
  return { publish: [publish], subscribe: [subscribe] };
}
