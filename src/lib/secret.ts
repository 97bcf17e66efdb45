import { hash, randomBytes, timingSafeEqual } from "node:crypto";

/** 256 bits of chance in 43 URL-safe characters. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** What is stored of a secret that we made ourselves: too long to guess, so one hash is enough. */
export function hashSecret(secret: string): string {
  return hash("sha256", secret, "hex");
}

/** Compares without telling by its time where the two differ. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(hashSecret(a)), Buffer.from(hashSecret(b)));
}
