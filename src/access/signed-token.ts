import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomUUID,
  sign,
  verify,
} from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Actor } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Clock } from "../lib/clock.ts";
import { isJsonObject, type Json, type JsonObject, parseJson } from "../lib/json.ts";
import { addPrivateFile, readPrivateFile } from "../lib/private-file.ts";

/** Whom a signed token speaks for, and what it says beside that. */
export type TokenWish = {
  readonly actor: Actor;
  readonly tenant: string;
  readonly scope: readonly string[];
};

export type SignedToken = {
  readonly token: string;
  readonly id: string;
  readonly issuedAt: number;
  readonly expiresInSeconds: number;
};

export type Said = { readonly actor: Actor; readonly issuedAt: number; readonly endsAt: number };

export type SigningKey = {
  readonly id: string;
  readonly publicPem: string;
  /** Modulus and exponent, RFC 7518. */
  readonly jwk: { readonly kty: string; readonly n: string; readonly e: string };
};

type Key = SigningKey & { readonly privateKey: KeyObject; readonly publicKey: KeyObject };

/** Below the data folder, so that a backup has it too. */
const FILE = "token-key.pem";
/** RS256: the only algorithm that Insights Hub's clients accept, and that we do. */
const ALGORITHM = "RS256";
const HASH = "RSA-SHA256";
const KEY_BITS = 2048;

/**
 * Tokens that say themselves whom they speak for (JWT, RFC 7519), as clients of Insights Hub want
 * them. Whoever reads one asks again whether its actor still may: it is a proof of identity, not of
 * rights. The key is made when it is first wanted and stays.
 */
export class SignedTokens {
  readonly #folder: string;
  readonly #clock: Clock;
  #key: Promise<Key> | undefined;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  async key(): Promise<SigningKey> {
    const { id, publicPem, jwk } = await this.#opened();
    return { id, publicPem, jwk };
  }

  async issue({ actor, tenant, scope }: TokenWish): Promise<SignedToken> {
    const key = await this.#opened();
    const now = this.#clock.now();
    const issuedAt = Math.floor(now / 1000);
    const id = randomUUID().replaceAll("-", "");
    const claims = {
      jti: id,
      sub: `${actor.kind}:${actor.id}`,
      name: actor.name,
      scope,
      ten: tenant,
      aud: [AUDIENCE],
      iss: ISSUER,
      iat: issuedAt,
      // `iat` in full: a second is too long where a password changes.
      iat_ms: now,
      nbf: issuedAt,
      exp: issuedAt + LIMIT.signedTokenSeconds,
      schemas: ["urn:siemens:mindsphere:v1"],
    };
    const signed = `${encoded({ alg: ALGORITHM, kid: key.id, typ: "JWT" })}.${encoded(claims)}`;
    const signature = sign(HASH, Buffer.from(signed), key.privateKey).toString("base64url");
    const expiresInSeconds = LIMIT.signedTokenSeconds;
    return { token: `${signed}.${signature}`, id, issuedAt, expiresInSeconds };
  }

  /** Whom it speaks for; undefined where we did not sign it, or it is over. */
  async read(token: string): Promise<Said | undefined> {
    const [head = "", body = "", signature = "", ...more] = token.split(".");
    const header = decoded(head);
    if (more.length > 0 || header?.["alg"] !== ALGORITHM) return undefined;
    const key = await this.#opened();
    if (header["kid"] !== key.id) return undefined;
    const signed = Buffer.from(`${head}.${body}`);
    if (!verify(HASH, signed, key.publicKey, Buffer.from(signature, "base64url"))) return undefined;
    const claims = decoded(body);
    const endsAt = Number(claims?.["exp"]) * 1000;
    const issuedAt = Number(claims?.["iat_ms"] ?? 0);
    const actor = claims && actorOf(claims);
    return actor && endsAt > this.#clock.now() ? { actor, issuedAt, endsAt } : undefined;
  }

  #opened(): Promise<Key> {
    const opened = this.#key ?? openKey(this.#folder);
    this.#key = opened;
    // A disk that fails now may work at the next request.
    opened.catch(() => {
      this.#key = undefined;
    });
    return opened;
  }
}

/** Whether it looks like one: no other secret of ours has dots in it. */
export function isSignedToken(bearer: string): boolean {
  return bearer.startsWith("eyJ");
}

const AUDIENCE = "fieldline";
const ISSUER = "urn:fieldline:house";
const ACTOR = /^(user|token|agent):(.+)$/s;

function actorOf({ sub, name }: JsonObject): Actor | undefined {
  const [, kind, id] = ACTOR.exec(String(sub)) ?? [];
  if (kind === undefined || id === undefined) return undefined;
  return { kind: kind as "user" | "token" | "agent", id, name: String(name) };
}

async function openKey(folder: string): Promise<Key> {
  const file = join(folder, FILE);
  const kept = await readPrivateFile(file);
  if (kept !== undefined) return keyOf(kept);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await addPrivateFile(file, await newKeyPem());
  return openKey(folder);
}

function newKeyPem(): Promise<string> {
  return new Promise((resolve, reject) => {
    generateKeyPair("rsa", { modulusLength: KEY_BITS }, (reason, _, key) => {
      if (reason) reject(reason);
      else resolve(key.export({ type: "pkcs8", format: "pem" }).toString());
    });
  });
}

function keyOf(pem: string): Key {
  const privateKey = createPrivateKey(pem);
  const publicKey = createPublicKey(privateKey);
  const publicPem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const id = createHash("sha256").update(publicPem).digest("base64url").slice(0, 16);
  const { kty = "RSA", n = "", e = "" } = publicKey.export({ format: "jwk" });
  return { id, publicPem, jwk: { kty, n, e }, privateKey, publicKey };
}

function encoded(json: Json): string {
  return Buffer.from(JSON.stringify(json)).toString("base64url");
}

function decoded(part: string): JsonObject | undefined {
  const json = parseJson(Buffer.from(part, "base64url").toString());
  return isJsonObject(json) ? json : undefined;
}
