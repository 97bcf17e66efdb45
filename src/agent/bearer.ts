import { verify, X509Certificate } from "node:crypto";
import { isJsonObject, type Json, type JsonObject, parseJson } from "../lib/json.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { Proof } from "./chain.ts";

/** The user name that says that the password is a token. */
export const BEARER = "_CertificateBearer";

/** Clocks of agents go wrong; a token lives for an hour at most, so a minute does no harm. */
const LEEWAY_SECONDS = 60;
const AUDIENCE = "MQTTBroker";

export type Bearer = {
  readonly tenant: string;
  readonly clientId: string;
  readonly proof: Proof;
};

type BearerParts = {
  readonly prove: (chain: readonly Uint8Array[]) => Promise<Outcome<Proof, string>>;
  readonly now: () => number;
};

/**
 * A token that an agent has signed itself, instead of showing its certificate in TLS: a JWT (RFC
 * 7519) in whose header stand the certificate and those above it (`x5c`). RS256 and nothing else:
 * whoever may choose how he is checked is not checked.
 */
export async function readBearer(
  { prove, now }: BearerParts,
  token: string,
): Promise<Outcome<Bearer, string>> {
  const [head = "", body = "", signature = "", ...more] = token.split(".");
  const [header, claims] = [decoded(head), decoded(body)];
  if (more.length > 0 || !header || !claims) return failure("the token is no JWT");
  if (header["alg"] !== "RS256") {
    return failure(`the token is signed with ${JSON.stringify(header["alg"])}, not RS256`);
  }
  const chain = chainOf(header["x5c"]);
  if (!chain) return failure("the token brings no certificate in x5c");
  const proof = await prove(chain);
  if (!proof.ok) return failure(`the token's certificate is not valid: ${proof.problem}`);
  if (!isSigned(chain, `${head}.${body}`, signature)) {
    return failure("the token is not signed with the key of its certificate");
  }
  const fault = faultOf(claims, now() / 1000);
  if (fault) return failure(fault);
  const [tenant, clientId] = [String(claims["ten"]), String(claims["sub"])];
  if (clientId !== `${tenant}_${proof.value.commonName}`) {
    const named = `${tenant}_${proof.value.commonName}`;
    return failure(`the token is for '${clientId}', its ten and certificate for '${named}'`);
  }
  return success({ tenant, clientId, proof: proof.value });
}

function isSigned(chain: readonly Uint8Array[], signed: string, signature: string): boolean {
  const key = new X509Certificate(chain[0] ?? "").publicKey;
  if (key.asymmetricKeyType !== "rsa") return false;
  return verify("RSA-SHA256", Buffer.from(signed), key, Buffer.from(signature, "base64url"));
}

function faultOf(claims: JsonObject, now: number): string | undefined {
  const { iss, sub, aud, ten, nbf, exp } = claims;
  if (typeof sub !== "string" || iss !== sub)
    return "the token's iss and sub are not one client id";
  if (typeof ten !== "string" || ten === "") return "the token names no tenant in ten";
  if (![aud].flat().includes(AUDIENCE)) return `the token is not for ${AUDIENCE}, see aud`;
  if (typeof exp !== "number") return "the token has no end, see exp";
  if (now > exp + LEEWAY_SECONDS) return "the token has expired";
  const isEarly = typeof nbf === "number" && now < nbf - LEEWAY_SECONDS;
  return isEarly ? "the token is not valid yet, see nbf" : undefined;
}

/** DER in base64, the leaf first. */
function chainOf(x5c: Json | undefined): readonly Uint8Array[] | undefined {
  if (!Array.isArray(x5c) || x5c.length === 0) return undefined;
  const texts = x5c.filter((entry): entry is string => typeof entry === "string");
  return texts.length === x5c.length ? texts.map((text) => Buffer.from(text, "base64")) : undefined;
}

function decoded(part: string): JsonObject | undefined {
  const json = parseJson(Buffer.from(part, "base64url").toString());
  return isJsonObject(json) ? json : undefined;
}
