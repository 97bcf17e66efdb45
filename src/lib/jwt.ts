import { createHmac, type KeyObject, timingSafeEqual, verify } from "node:crypto";
import { isJsonObject, type JsonObject, parseJson } from "./json.ts";

/** A JSON Web Token (RFC 7519) taken apart; nothing in it is true before it is checked. */
export type Jwt = {
  readonly header: JsonObject;
  readonly claims: JsonObject;
  readonly signed: Buffer;
  readonly signature: Buffer;
};

/** Undefined where it is none. */
export function readJwt(token: string): Jwt | undefined {
  const [head = "", body = "", signature = "", ...more] = token.split(".");
  const header = partOf(head);
  const claims = partOf(body);
  if (!header || !claims || more.length > 0) return undefined;
  const signed = Buffer.from(`${head}.${body}`);
  return { header, claims, signed, signature: Buffer.from(signature, "base64url") };
}

/** HS256. The caller says which algorithm must be, never the token: RFC 8725, section 3.1. */
export function isSignedWithSecret({ signed, signature }: Jwt, secret: string): boolean {
  const right = createHmac("sha256", secret).update(signed).digest();
  return right.length === signature.length && timingSafeEqual(right, signature);
}

/** RS256 or RS384. */
export function isSignedWithKey(
  { signed, signature }: Jwt,
  key: KeyObject,
  hash: "RSA-SHA256" | "RSA-SHA384",
): boolean {
  return verify(hash, signed, key, signature);
}

function partOf(part: string): JsonObject | undefined {
  const json = parseJson(Buffer.from(part, "base64url").toString());
  return isJsonObject(json) ? json : undefined;
}
