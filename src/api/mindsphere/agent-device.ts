import type { Agent } from "../../domain/agent.ts";
import { assetOfKey } from "../../domain/asset-key.ts";
import type { Boarding } from "../../domain/boarding.ts";
import type { AgentId, DeviceAddress } from "../../domain/brand.ts";
import type { Device } from "../../domain/model.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import type { Ask } from "./route.ts";

const DRIVER = "mindsphere";

/** A MindSphere agent; one that comes over MQTT alone has no boarding. */
export type KnownAgent = { readonly agent: Agent; readonly boarding: Boarding | undefined };

/** The agent of this name, in either writing. Another agent does not learn whether it exists. */
export async function agentOf(
  house: House,
  { by }: Pick<Ask, "by">,
  key: string,
): Promise<Outcome<KnownAgent, Problem>> {
  const id = String(assetOfKey(key)) as AgentId;
  if (by?.actor.kind === "agent" && by.actor.id !== id) {
    return failure(problem("permission_missing", "agents touch nothing but what is theirs"));
  }
  const agent = await house.agents.get(id);
  if (agent?.kind !== DRIVER) return failure(problem("agent_unknown", `no agent '${key}'`));
  return success({ agent, boarding: await house.agents.boardings.get(id) });
}

/** What ingest knows an agent's messages by, whether they come over MQTT or HTTP. */
export function describedOf({ agent, boarding }: KnownAgent) {
  return {
    driver: DRIVER,
    address: addressOf(agent),
    agent: agent.id,
    assetId: boarding?.assetId ?? null,
  };
}

export function deviceOf(house: House, agent: Agent): Device | undefined {
  const address = addressOf(agent);
  return house.ingest
    .devices()
    .find((device) => device.driver === DRIVER && device.address === address);
}

/** Where the agent would publish this over MQTT. */
export function topicOf(agent: Agent, about: "mc_v3/ts" | "mc_v3/e" | "mc_v3/f"): string {
  return `tc/${addressOf(agent)}/o/${about}`;
}

function addressOf({ tenant, clientId }: Agent): DeviceAddress {
  return `${tenant}/${clientId}` as DeviceAddress;
}
