import { createHash, randomBytes, X509Certificate } from "node:crypto";
import type { AgentId, Timestamp } from "../domain/brand.ts";
import type { Actor, NewEvent } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { TenantAuthority } from "../domain/records.ts";
import { newId } from "../lib/id.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { Store } from "../store/store.ts";
import { type Anchor, commonNameOf, isSignedBy, outOfTime, type Proof, prove } from "./chain.ts";
import { wrongName } from "./enrol.ts";

/** Certificate authorities that tenants bring, beside the built-in one. */
export interface TenantAuthorities {
  /** In the order of their tenants. */
  list(): Promise<readonly TenantAuthority[]>;
  get(id: string): Promise<TenantAuthority | undefined>;
  /** Known from now on; it lets nobody in before `verify`. */
  add(by: Actor, tenant: string, pem: string): Promise<Outcome<TenantAuthority, Problem>>;
  /**
   * Whoever uploads an authority shows that its key is his: by a certificate that the key signed,
   * with the registration code for a common name.
   */
  verify(by: Actor, id: string, pem: string): Promise<Outcome<TenantAuthority, Problem>>;
  /** Agents that it let in are let in no more; those that are connected are told by `onEnded`. */
  remove(by: Actor, id: string): Promise<Outcome<void, Problem>>;
  /** Those whose word counts, as PEM; the built-in one is not among them. */
  trusted(): Promise<readonly string[]>;
  /** Called when `trusted` gives others than before. */
  onTrusted(call: (pems: readonly string[]) => void): void;
}

type Room = {
  readonly store: Store;
  readonly journal: { record(event: NewEvent): Promise<unknown> };
  readonly now: () => number;
  readonly builtIn: X509Certificate;
  /** Tells those who hold connections of the agent. */
  readonly onEnded: (id: AgentId, reason: string) => void;
};

/** What stands behind the door: the authorities, and what they prove. */
export type AuthorityBook = TenantAuthorities & {
  prove(chain: readonly Uint8Array[]): Promise<Outcome<Proof, string>>;
};

export function openTenantAuthorities(room: Room): AuthorityBook {
  const { store, now, builtIn } = room;
  const chains = new Chains();
  const calls: ((pems: readonly string[]) => void)[] = [];
  const list = async () => {
    const rows = await store.authorities.find();
    return rows.toSorted((a, b) => (a.tenant < b.tenant ? -1 : a.tenant > b.tenant ? 1 : 0));
  };
  const verified = async () => (await list()).filter(({ verifiedAt }) => verifiedAt !== null);
  const trusted = async () => (await verified()).map(({ certificate }) => certificate);
  const tell = async () => {
    const pems = await trusted();
    for (const call of calls) call(pems);
  };
  return {
    list,
    get: (id) => store.authorities.get(id),
    trusted,
    onTrusted: (call) => void calls.push(call),
    add: (by, tenant, pem) => add(room, by, tenant, pem),
    async verify(by, id, pem) {
      const outcome = await verify(room, by, id, pem);
      if (outcome.ok) await tell();
      return outcome;
    },
    async remove(by, id) {
      const outcome = await remove(room, by, id);
      if (outcome.ok) await tell();
      return outcome;
    },
    async prove(chain) {
      const anchors: Anchor[] = (await verified()).map(({ id, certificate }) => {
        return { id, certificate: new X509Certificate(certificate) };
      });
      const whole = chains.completed(chain);
      const proof = await prove(whole, [{ id: null, certificate: builtIn }, ...anchors], now());
      if (proof.ok) chains.remember(whole);
      return proof;
    },
  };
}

/** A TLS session that is resumed brings the leaf alone: what stood above it came the first time. */
class Chains {
  readonly #known = new Map<string, readonly Uint8Array[]>();

  completed(chain: readonly Uint8Array[]): readonly Uint8Array[] {
    const [leaf] = chain;
    return chain.length === 1 && leaf ? (this.#known.get(digestOf(leaf)) ?? chain) : chain;
  }

  remember(chain: readonly Uint8Array[]): void {
    const [leaf] = chain;
    if (chain.length < 2 || !leaf) return;
    if (this.#known.size >= LIMIT.connections) this.#known.clear();
    this.#known.set(digestOf(leaf), chain);
  }
}

function digestOf(der: Uint8Array): string {
  return createHash("sha256").update(der).digest("base64");
}

async function add(
  { store, journal, now, builtIn }: Room,
  by: Actor,
  tenant: string,
  pem: string,
): Promise<Outcome<TenantAuthority, Problem>> {
  const certificate = read(pem);
  const wrong = wrongName("tenant", tenant);
  if (wrong) return failure(problem("request_invalid", wrong));
  if (!certificate) return invalid("it is no certificate in PEM");
  const fault = await faultOf(certificate, now());
  if (fault) return invalid(fault);
  if (isKeyOf(certificate, builtIn)) return invalid("it is the built-in one");
  const at = now() as Timestamp;
  const authority: TenantAuthority = {
    id: newId(at),
    tenant,
    name: commonNameOf(certificate) ?? certificate.subject.replaceAll("\n", ", "),
    certificate: certificate.toString(),
    fingerprint: certificate.fingerprint256.replaceAll(":", ""),
    registrationCode: randomBytes(32).toString("hex"),
    expiresAt: Date.parse(certificate.validTo) as Timestamp,
    createdAt: at,
    verifiedAt: null,
  };
  return store.together(async () => {
    const known = await store.authorities.find();
    const twin = known.find((one) => isKeyOf(certificate, new X509Certificate(one.certificate)));
    if (twin) return invalid(`'${twin.tenant}' has an authority with this key already`);
    const siblings = known.filter((one) => one.tenant === tenant);
    if (siblings.length >= LIMIT.authoritiesPerTenant) {
      return failure(problem("authority_limit", `'${tenant}' has ${siblings.length}: remove one`));
    }
    await store.authorities.put(authority);
    await journal.record(eventOf(by, "added", authority));
    return success(authority);
  });
}

async function verify(
  { store, journal, now }: Room,
  by: Actor,
  id: string,
  pem: string,
): Promise<Outcome<TenantAuthority, Problem>> {
  const authority = await store.authorities.get(id);
  if (!authority) return failure(problem("authority_unknown", `no authority '${id}'`));
  const shown = read(pem);
  if (!shown) return invalid("it is no certificate in PEM");
  const { registrationCode } = authority;
  if (commonNameOf(shown) !== registrationCode) {
    return invalid(`its common name must be the registration code ${registrationCode}`);
  }
  if (!isSignedBy(shown, new X509Certificate(authority.certificate))) {
    return invalid(`it was not signed by the key of '${authority.name}'`);
  }
  const late = outOfTime(shown, now());
  if (late) return invalid(late);
  if (authority.verifiedAt !== null) return success(authority);
  const verified = { ...authority, verifiedAt: now() as Timestamp };
  await store.together(async () => {
    await store.authorities.put(verified);
    await journal.record(eventOf(by, "verified", verified));
  });
  return success(verified);
}

async function remove(
  { store, journal, now, onEnded }: Room,
  by: Actor,
  id: string,
): Promise<Outcome<void, Problem>> {
  const agents = await store.together(async () => {
    const authority = await store.authorities.get(id);
    if (!authority) return undefined;
    const good = await store.credentials.find({ where: { authorityId: id, revokedAt: null } });
    const revokedAt = now() as Timestamp;
    await store.credentials.put(...good.map((credential) => ({ ...credential, revokedAt })));
    await store.authorities.remove({ id });
    await journal.record(eventOf(by, "removed", authority));
    return new Set(good.map(({ agentId }) => agentId));
  });
  if (!agents) return failure(problem("authority_unknown", `no authority '${id}'`));
  for (const agent of agents) onEnded(agent, "authority removed");
  return success(undefined);
}

/** Keys that are still safe for years: RSA from 2,048 bits, or any curve that Node knows. */
const RSA_BITS = 2_048;

async function faultOf(certificate: X509Certificate, now: number): Promise<string | undefined> {
  const { signsOthers } = await import("./certificate.ts");
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  if (!signsOthers(certificate.raw, 0)) {
    return "it may not sign others: it needs the basic constraint CA:TRUE";
  }
  if (asymmetricKeyType === "rsa" && (asymmetricKeyDetails?.modulusLength ?? 0) < RSA_BITS) {
    return `its RSA key has less than ${RSA_BITS} bits`;
  }
  return outOfTime(certificate, now);
}

function read(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined; // What people upload may be anything.
  }
}

/** By its key, not by its bytes: the same key under two names would be two authorities in one. */
function isKeyOf(certificate: X509Certificate, other: X509Certificate): boolean {
  return certificate.publicKey.equals(other.publicKey);
}

function eventOf(by: Actor, what: string, { id, tenant, name, fingerprint }: TenantAuthority) {
  const detail = { tenant, name, fingerprint };
  return { actor: by, kind: `authority.${what}`, subject: `authority:${id}`, detail };
}

function invalid(detail: string): Outcome<never, Problem> {
  return failure(problem("authority_invalid", detail));
}
