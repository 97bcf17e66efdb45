import { type Agent, clientIdOf } from "../domain/agent.ts";
import { assetOfKey, keyOfAsset } from "../domain/asset-key.ts";
import type { Boarding } from "../domain/boarding.ts";
import type { AgentId, AssetId, Timestamp } from "../domain/brand.ts";
import type { Actor, NewEvent } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { JsonObject } from "../lib/json.ts";
import { readJwt } from "../lib/jwt.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { hashSecret, newSecret } from "../lib/secret.ts";
import type { Store } from "../store/store.ts";
import { publicKeyOf, wrongAssertion } from "./assertion.ts";
import { enrol } from "./enrol.ts";

type Boarded = { readonly agent: Agent; readonly boarding: Boarding };

type NewBoarding = {
  readonly name: string;
  readonly tenant: string;
  readonly assetId: AssetId;
  readonly profile: Boarding["profile"];
};

/** Handed to an agent once: only it has them. */
type Registration = Boarded & {
  readonly registrationToken: string;
  /** Null of profile RSA_3072, whose agents sign with a key of their own. */
  readonly secret: string | null;
  readonly expiresAt: Timestamp;
};

type Version = { readonly id: AgentId; readonly etag: string | null };

type Parts = {
  readonly store: Store;
  readonly journal: { record(event: NewEvent): Promise<unknown> };
  readonly now: () => number;
};

/**
 * Agents that come in over HTTP, as Insights Hub's agent management has them: they are invited with
 * a token that is good once, register, and prove who they are with a secret or a key of their own.
 * An agent goes by the name of its asset: both have the same id.
 */
export class Boardings {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async get(id: AgentId): Promise<Boarding | undefined> {
    return this.#parts.store.boardings.get(id);
  }

  async board(by: Actor, wish: NewBoarding): Promise<Outcome<Boarded, Problem>> {
    const { store, now } = this.#parts;
    const { name, tenant, assetId, profile } = wish;
    const id = String(assetId) as AgentId;
    const enrolled = enrol({
      ...{ kind: "mindsphere", name, tenant, grant: null, credential: "password" },
    });
    if (!enrolled.ok) return enrolled;
    return store.together(async () => {
      if (!(await store.assets.get(assetId))) {
        return failure(problem("asset_unknown", `no asset '${keyOfAsset(assetId)}'`));
      }
      const agent: Agent = { ...enrolled.value, id, createdAt: now() as Timestamp };
      const hasOne = (await store.agents.count({ id })) > 0;
      const taken = hasOne ? "the asset has an agent already" : await this.#namesake(agent);
      if (taken) return failure(problem("agent_exists", taken));
      const boarding = { ...newBoarding(id, assetId), profile };
      await store.agents.put(agent);
      await store.boardings.put(boarding);
      await this.#record(by, id, "created", { name, tenant, clientId: agent.clientId, profile });
      return success({ agent, boarding });
    });
  }

  /** Another name or profile; with another profile it has to register again. */
  async change(
    by: Actor,
    version: Version,
    wish: Pick<NewBoarding, "name" | "profile">,
  ): Promise<Outcome<Boarded, Problem>> {
    return this.#changed(version, async ({ agent, boarding }) => {
      const { name, profile } = wish;
      const clientId = clientIdOf(agent.kind, agent.tenant, name);
      const renamed = { ...agent, name, clientId };
      const wrong = enrol({ ...renamed, grant: null, credential: "password" });
      if (!wrong.ok) return wrong;
      if (clientId !== agent.clientId && agent.grant && agent.grant.publish.length > 0) {
        const detail = "its own topics hold its client id: remove them first, then rename it";
        return failure(problem("request_invalid", detail));
      }
      const taken = await this.#namesake(renamed);
      if (taken) return failure(problem("agent_exists", taken));
      const kept = profile === boarding.profile ? boarding : { ...boarding, ...NOT_BOARDED };
      const next = { ...kept, profile, etag: boarding.etag + 1 };
      await this.#parts.store.agents.put(renamed);
      await this.#record(by, agent.id, "changed", { name, clientId, profile });
      return success({ agent: renamed, boarding: next });
    });
  }

  /** A new token that lets the agent register; the one before is good no more. */
  async invite(
    by: Actor,
    id: AgentId,
  ): Promise<Outcome<Boarded & { token: string; expiresAt: Timestamp }, Problem>> {
    const token = newSecret();
    const expiresAt = (this.#parts.now() + LIMIT.invitationMs) as Timestamp;
    const invitation = { invitation: hashSecret(token), invitedUntil: expiresAt };
    const invited = await this.#changed({ id, etag: null }, async ({ agent, boarding }) => {
      await this.#record(by, id, "invited", { clientId: agent.clientId, expiresAt });
      return success({ agent, boarding: { ...boarding, ...invitation } });
    });
    return invited.ok ? success({ ...invited.value, token, expiresAt }) : invited;
  }

  /** With the token of its invitation, once. */
  async register(
    token: string,
    keys: readonly JsonObject[],
  ): Promise<Outcome<Registration, Problem>> {
    const { store, now } = this.#parts;
    const where = { invitation: hashSecret(token) };
    const [boarding] = await store.boardings.find({ where, limit: 1 });
    if (!boarding || (boarding.invitedUntil ?? 0) <= now()) {
      return failure(problem("sign_in_wrong", "the invitation is over, or was used already"));
    }
    return this.#give(boarding.agentId, keys, "registered");
  }

  /** New keys, with the token that the agent got when it registered. The old ones live on. */
  async rotate(
    id: AgentId,
    token: string,
    keys: readonly JsonObject[],
  ): Promise<Outcome<Registration, Problem>> {
    const boarding = await this.get(id);
    if (!boarding?.registration || boarding.registration !== hashSecret(token)) {
      return failure(problem("sign_in_wrong", "no agent that has registered with this token"));
    }
    return this.#give(id, keys, "renewed");
  }

  /** It is let in no more, until it is invited anew. */
  async offboard(by: Actor, id: AgentId): Promise<Outcome<Boarded, Problem>> {
    return this.#changed({ id, etag: null }, async ({ agent, boarding }) => {
      await this.#record(by, id, "offboarded", { clientId: agent.clientId });
      return success({ agent, boarding: { ...boarding, ...NOT_BOARDED } });
    });
  }

  /** Who has signed this assertion; the reason of a refusal is for the agent's own log. */
  async authenticate(assertion: string): Promise<Outcome<Agent, Problem>> {
    const jwt = readJwt(assertion);
    const name = String(jwt?.claims["sub"]);
    const id = String(assetOfKey(name)) as AgentId;
    const agent = await this.#parts.store.agents.get(id);
    const boarding = await this.get(id);
    if (!jwt || !agent || !boarding || agent.revoked || boarding.onboardedAt === null) {
      return failure(problem("sign_in_wrong", "no agent of this name has registered"));
    }
    const now = this.#parts.now();
    const wrong = wrongAssertion(jwt, { id: name, boarding, now });
    return wrong ? failure(problem("sign_in_wrong", `the assertion: ${wrong}`)) : success(agent);
  }

  /** What the agent says that it will send. */
  async configure(version: Version, dataSources: JsonObject): Promise<Outcome<Boarded, Problem>> {
    return this.#changed(
      version,
      async ({ agent, boarding }) => {
        const dataSourcesEtag = boarding.dataSourcesEtag + 1;
        return success({ agent, boarding: { ...boarding, dataSources, dataSourcesEtag } });
      },
      ({ dataSourcesEtag }) => dataSourcesEtag,
    );
  }

  async #give(
    id: AgentId,
    keys: readonly JsonObject[],
    what: "registered" | "renewed",
  ): Promise<Outcome<Registration, Problem>> {
    const now = this.#parts.now();
    const expiresAt = (now + LIMIT.agentSecretMs) as Timestamp;
    const registrationToken = newSecret();
    const made = newSecret();
    const given = await this.#changed({ id, etag: null }, async ({ agent, boarding }) => {
      const isShared = boarding.profile === "SHARED_SECRET";
      if (!isShared && !keys.some((key) => publicKeyOf(key))) {
        const detail = "jwks: an RSA key of at least 3072 bits is needed";
        return failure(problem("request_invalid", detail));
      }
      const good = boarding.secrets.filter((one) => one.expiresAt > now);
      const secrets = [{ secret: made, expiresAt }, ...good].slice(0, LIMIT.agentSecrets);
      const actor: Actor = { kind: "agent", id, name: agent.name };
      await this.#record(actor, id, what, { clientId: agent.clientId, expiresAt });
      const proof = isShared ? { secrets } : { keys: keys.filter((key) => publicKeyOf(key)) };
      return success({
        agent,
        boarding: {
          ...{ ...boarding, ...proof, invitation: null, invitedUntil: null },
          registration: hashSecret(registrationToken),
          onboardedAt: boarding.onboardedAt ?? (now as Timestamp),
        },
      });
    });
    if (!given.ok) return given;
    const secret = given.value.boarding.profile === "SHARED_SECRET" ? made : null;
    return success({ ...given.value, registrationToken, secret, expiresAt });
  }

  /** One change of one boarding, as it was at this version. */
  #changed(
    { id, etag }: Version,
    work: (boarded: Boarded) => Promise<Outcome<Boarded, Problem>>,
    versionOf: (boarding: Boarding) => number = (boarding) => boarding.etag,
  ): Promise<Outcome<Boarded, Problem>> {
    const { store } = this.#parts;
    return store.together(async () => {
      const agent = await store.agents.get(id);
      const boarding = await store.boardings.get(id);
      if (!agent || !boarding) {
        return failure(problem("agent_unknown", `no agent '${id}' that comes over HTTP`));
      }
      const version = versionOf(boarding);
      if (etag !== null && etag !== String(version)) {
        return failure(problem("version_changed", `it is version ${version} by now`));
      }
      const changed = await work({ agent, boarding });
      if (changed.ok) await store.boardings.put(changed.value.boarding);
      return changed;
    });
  }

  async #namesake({ clientId, id }: Agent): Promise<string | undefined> {
    const others = await this.#parts.store.agents.find({ where: { clientId } });
    const other = others.find((one) => one.id !== id);
    return other && `there is an agent '${other.clientId}' already`;
  }

  async #record(actor: Actor, id: AgentId, what: string, detail: JsonObject): Promise<void> {
    const { journal } = this.#parts;
    await journal.record({ actor, kind: `agent.${what}`, subject: `agent:${id}`, detail });
  }
}

const NOT_BOARDED = {
  ...{ invitation: null, invitedUntil: null, registration: null },
  ...{ secrets: [], keys: [], onboardedAt: null },
} as const;

function newBoarding(agentId: AgentId, assetId: AssetId): Omit<Boarding, "profile"> {
  const empty = { dataSources: null, dataSourcesEtag: 0 };
  return { agentId, assetId, etag: 0, ...NOT_BOARDED, ...empty };
}
