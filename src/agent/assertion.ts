import { createPublicKey, type KeyObject } from "node:crypto";
import type { Boarding } from "../domain/boarding.ts";
import type { JsonObject } from "../lib/json.ts";
import { isSignedWithKey, isSignedWithSecret, type Jwt } from "../lib/jwt.ts";

/** How far an agent's clock may be off. */
const LEEWAY_SECONDS = 300;
/** Insights Hub's name for the door that agents come in by. */
const AUDIENCE = "southgate";
/** Profile RSA_3072; shorter keys do not fulfil it. */
const KEY_BITS = 3072;

/**
 * What is wrong with an agent's proof of who it is (RFC 7523), in words; undefined where it is
 * right. `id` is what it calls itself.
 */
export function wrongAssertion(
  jwt: Jwt,
  { id, boarding, now }: { readonly id: string; readonly boarding: Boarding; readonly now: number },
): string | undefined {
  const isRight = boarding.profile === "SHARED_SECRET" ? bySecret : byKey;
  if (!isRight(jwt, boarding, now)) return "its signature is not of a key that it registered";
  const { iss, sub, aud, exp, nbf } = jwt.claims;
  if (iss !== id || sub !== id) return "iss and sub must be the agent's id";
  if (![aud].flat().includes(AUDIENCE)) return `aud must hold '${AUDIENCE}'`;
  const seconds = now / 1000;
  if (typeof exp !== "number" || exp + LEEWAY_SECONDS < seconds) return "it has expired";
  if (typeof nbf === "number" && nbf - LEEWAY_SECONDS > seconds) return "it is not valid yet";
  return undefined;
}

function bySecret(jwt: Jwt, { secrets }: Boarding, now: number): boolean {
  if (jwt.header["alg"] !== "HS256") return false;
  const good = secrets.filter(({ expiresAt }) => expiresAt > now);
  return good.some(({ secret }) => isSignedWithSecret(jwt, secret));
}

function byKey(jwt: Jwt, { keys }: Boarding): boolean {
  if (jwt.header["alg"] !== "RS384") return false;
  return keys.some((jwk) => {
    const key = publicKeyOf(jwk);
    return key !== undefined && isSignedWithKey(jwt, key, "RSA-SHA384");
  });
}

/** Undefined where it is no RSA key, or one that is too short. */
export function publicKeyOf({ kty, n, e }: JsonObject): KeyObject | undefined {
  if (kty !== "RSA" || typeof n !== "string" || typeof e !== "string") return undefined;
  try {
    const key = createPublicKey({ key: { kty, n, e }, format: "jwk" });
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    return bits >= KEY_BITS ? key : undefined;
  } catch {
    return undefined; // What an agent sends is an answer here, not an error.
  }
}
