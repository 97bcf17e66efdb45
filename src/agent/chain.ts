import { X509Certificate } from "node:crypto";
import { failure, type Outcome, success } from "../lib/outcome.ts";

/** Whom we believe; null is the built-in authority. */
export type Anchor = { readonly id: string | null; readonly certificate: X509Certificate };

/** Who a chain of certificates belongs to, and whose word that is. */
export type Proof = {
  readonly authorityId: string | null;
  readonly commonName: string;
  /** Upper-case hex. */
  readonly serial: string;
  readonly expiresAt: number;
};

/** A leaf, two authorities between, and the one that is known; a client may send the last too. */
const CHAIN_MAX = 4;

/** Whoever has just signed may have a clock that is ahead of ours. */
const EARLY_MS = 5 * 60_000;

/**
 * Follows a chain from its leaf (DER, first) up to somebody whom we believe (RFC 5280, section 6).
 * What the sender adds may come in any order, and is looked at as far as it is needed. A name is
 * nothing without the signature: two authorities may have the same.
 */
export async function prove(
  chain: readonly Uint8Array[],
  anchors: readonly Anchor[],
  now: number,
): Promise<Outcome<Proof, string>> {
  const certificates = read(chain.slice(0, CHAIN_MAX + 1));
  const [leaf, ...others] = certificates ?? [];
  if (!leaf) return failure("it is no certificate that can be read");
  const late = outOfTime(leaf, now);
  if (late) return failure(late);
  const found = await climb({ current: leaf, others, below: 0 }, anchors, now);
  if (!found.ok) return found;
  const commonName = commonNameOf(leaf);
  if (commonName === undefined) return failure("it has no common name, or several");
  return success({
    authorityId: found.value.id,
    commonName,
    serial: serialOf(leaf),
    expiresAt: Date.parse(leaf.validTo),
  });
}

/** In upper-case hex, without leading zeros, which some libraries leave out. */
export function serialOf({ serialNumber }: Pick<X509Certificate, "serialNumber">): string {
  return serialNumber.toUpperCase().replace(/^0+/, "");
}

/** Undefined where there is none, or several: nobody chooses between them. */
export function commonNameOf(certificate: X509Certificate): string | undefined {
  const names = certificate.toLegacyObject().subject.CN;
  return typeof names === "string" && names !== "" ? names : undefined;
}

/** Why a certificate counts for nothing at this time. */
export function outOfTime(
  { validFrom, validTo }: X509Certificate,
  now: number,
): string | undefined {
  if (now < Date.parse(validFrom) - EARLY_MS) return `it is valid from ${validFrom} only`;
  return now > Date.parse(validTo) ? `it has expired on ${validTo}` : undefined;
}

export function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

type Step = {
  readonly current: X509Certificate;
  readonly others: readonly X509Certificate[];
  /** Authorities between it and the leaf. */
  readonly below: number;
};

async function climb(
  { current, others, below }: Step,
  anchors: readonly Anchor[],
  now: number,
): Promise<Outcome<Anchor, string>> {
  const anchor = anchors.find(({ certificate }) => isSignedBy(current, certificate));
  if (anchor) return (await usable(anchor.certificate, below, now)) ?? success(anchor);
  const next = others.find((other) => other !== current && isSignedBy(current, other));
  // What signs itself and is nobody's anchor leads nowhere.
  if (!next || below >= CHAIN_MAX - 1) return failure("no authority that is known here signed it");
  const rest = others.filter((other) => other !== next);
  return (
    (await usable(next, below, now)) ??
    climb({ current: next, others: rest, below: below + 1 }, anchors, now)
  );
}

async function usable(
  issuer: X509Certificate,
  below: number,
  now: number,
): Promise<Outcome<never, string> | undefined> {
  const late = outOfTime(issuer, now);
  if (late) return failure(`of its authority: ${late}`);
  const { signsOthers } = await import("./certificate.ts");
  return signsOthers(issuer.raw, below)
    ? undefined
    : failure("it was signed by a certificate that may not sign others");
}

function read(chain: readonly Uint8Array[]): X509Certificate[] | undefined {
  try {
    return chain.map((raw) => new X509Certificate(raw));
  } catch {
    return undefined; // Bytes from outside may be anything.
  }
}
