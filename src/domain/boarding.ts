import type { JsonObject } from "../lib/json.ts";
import type { AgentId, AssetId, Timestamp } from "./brand.ts";

/**
 * How an agent that speaks over HTTP gets in, and what it says that it will send: Insights Hub's
 * agent management. Agents that connect to the broker only have none.
 */
export type Boarding = {
  readonly agentId: AgentId;
  /** The agent's own asset. */
  readonly assetId: AssetId;
  readonly profile: "SHARED_SECRET" | "RSA_3072";
  /** One more with each change of the agent's name or profile. */
  readonly etag: number;
  /** SHA-256 of the token that lets it register, once; null when that was done. */
  readonly invitation: string | null;
  readonly invitedUntil: Timestamp | null;
  /** SHA-256 of the token that lets it change its keys; null until it has registered. */
  readonly registration: string | null;
  /** What its assertions may be signed with, newest first: an agent changes over when it can. */
  readonly secrets: readonly SharedSecret[];
  /** Public keys (JWK) of profile RSA_3072. */
  readonly keys: readonly JsonObject[];
  readonly onboardedAt: Timestamp | null;
  /** Which values it will send (`configurationId`, `dataSources`), as it said; null before. */
  readonly dataSources: JsonObject | null;
  readonly dataSourcesEtag: number;
};

/** Kept as it is: with a hash of it no signature could be checked. */
type SharedSecret = { readonly secret: string; readonly expiresAt: Timestamp };
