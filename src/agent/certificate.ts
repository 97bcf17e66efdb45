import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import { isIP } from "node:net";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

cryptoProvider.set(webcrypto);
const { subtle } = webcrypto;

/** P-256 with SHA-256: what the TLS library of every small device knows. */
const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const SIGNING = { name: "ECDSA", hash: "SHA-256" };
/** For agents that sign tokens: RS256 is the only way that MindSphere's have (RFC 7518, 3.3). */
const RSA = {
  name: "RSASSA-PKCS1-v1_5",
  modulusLength: 2048,
  publicExponent: Uint8Array.of(1, 0, 1),
  hash: "SHA-256",
};
const DAY_MS = 24 * 60 * 60_000;
/** Certificates begin in the past: the clock of whoever looks at them may be late. */
const BEFORE_MS = DAY_MS;
/** The authority outlives the plant's hardware; no browser takes a server's beyond 398 days. */
const VALID_MS = { authority: 20 * 365 * DAY_MS, server: 365 * DAY_MS, agent: 365 * DAY_MS };

/** A certificate and its private key. */
export type Pair = { readonly certificatePem: string; readonly keyPem: string };

/** Who signs, ready to sign. */
type Signer = { readonly certificate: X509Certificate; readonly key: webcrypto.CryptoKey };

export type AgentSubject = {
  readonly commonName: string;
  /** Names the agent for good, whatever it is called. */
  readonly uri: string;
  /** Whether its key is to sign tokens, too. */
  readonly signsTokens: boolean;
};

export type AgentPair = Pair & {
  /** Upper-case hex, as TLS sockets show it. */
  readonly serial: string;
  readonly expiresAt: number;
};

/** Makes an authority that signs certificates of servers and agents, but no further authority. */
export async function newAuthority(now: number): Promise<Pair> {
  const keys = await newKeys(CURVE);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    keys,
    // The name tells two houses apart in a device's list of authorities.
    name: [{ CN: [`Fieldline CA ${newSerial().slice(0, 8)}`] }],
    serialNumber: newSerial(),
    ...validity(now, VALID_MS.authority),
    signingAlgorithm: SIGNING,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificatePem: pemOf(certificate), keyPem: await keyPemOf(keys.privateKey) };
}

/** Throws where the two are not PEM, or no pair. */
export async function readSigner({ certificatePem, keyPem }: Pair): Promise<Signer> {
  const raw = PemConverter.decodeFirst(keyPem);
  const key = await subtle.importKey("pkcs8", raw, CURVE, false, ["sign"]);
  return { certificate: new X509Certificate(certificatePem), key };
}

/** A certificate for this server under all of its names and addresses. */
export async function newServerPair(
  signer: Signer,
  hosts: readonly string[],
  now: number,
): Promise<Pair> {
  const names = hosts.map((host) => {
    return { type: isIP(host) ? ("ip" as const) : ("dns" as const), value: host };
  });
  return newPair(signer, {
    commonName: "Fieldline",
    serial: newSerial(),
    ...validity(now, VALID_MS.server),
    keys: CURVE,
    extensions: [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(names),
    ],
  });
}

/** A certificate by which an agent is known. */
export async function newAgentPair(
  signer: Signer,
  { commonName, uri, signsTokens }: AgentSubject,
  now: number,
): Promise<AgentPair> {
  const serial = newSerial();
  const { notBefore, notAfter } = validity(now, VALID_MS.agent);
  const pair = await newPair(signer, {
    commonName,
    serial,
    notBefore,
    notAfter,
    keys: signsTokens ? RSA : CURVE,
    extensions: [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension([{ type: "url", value: uri }]),
    ],
  });
  return { ...pair, serial, expiresAt: notAfter.getTime() };
}

/**
 * Whether a certificate (DER) may sign others, so many authorities below it on the way to a leaf
 * (RFC 5280, 4.2.1.9 and 4.2.1.3).
 */
export function signsOthers(raw: Uint8Array, below: number): boolean {
  const certificate = new X509Certificate(Uint8Array.from(raw));
  const basic = certificate.getExtension(BasicConstraintsExtension);
  const usages = certificate.getExtension(KeyUsagesExtension)?.usages;
  const maySign = usages === undefined || (usages & KeyUsageFlags.keyCertSign) !== 0;
  return basic?.ca === true && maySign && below <= (basic.pathLength ?? below);
}

type Wish = {
  readonly commonName: string;
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly keys: typeof CURVE | typeof RSA;
  readonly extensions: readonly Extension[];
};

async function newPair(signer: Signer, wish: Wish): Promise<Pair> {
  const keys = await newKeys(wish.keys);
  const certificate = await X509CertificateGenerator.create({
    issuer: signer.certificate.subjectName,
    // As data, not as text: a name cannot smuggle in a second one.
    subject: [{ CN: [wish.commonName] }],
    publicKey: keys.publicKey,
    signingKey: signer.key,
    serialNumber: wish.serial,
    notBefore: wish.notBefore,
    notAfter: wish.notAfter,
    signingAlgorithm: SIGNING,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      ...wish.extensions,
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(signer.certificate),
    ],
  });
  return { certificatePem: pemOf(certificate), keyPem: await keyPemOf(keys.privateKey) };
}

function newKeys(kind: Wish["keys"]): Promise<webcrypto.CryptoKeyPair> {
  return subtle.generateKey(kind, true, ["sign", "verify"]);
}

/** X.509 knows whole seconds only. */
function validity(now: number, forMs: number): { notBefore: Date; notAfter: Date } {
  const second = Math.floor(now / 1000) * 1000;
  return { notBefore: new Date(second - BEFORE_MS), notAfter: new Date(second + forMs) };
}

/** 124 bits of chance; the first digit is 1 to 7, so that every library spells it the same. */
function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x10;
  return bytes.toString("hex").toUpperCase();
}

function pemOf(certificate: X509Certificate): string {
  return `${certificate.toString("pem")}\n`;
}

async function keyPemOf(key: webcrypto.CryptoKey): Promise<string> {
  return `${PemConverter.encode(await subtle.exportKey("pkcs8", key), "PRIVATE KEY")}\n`;
}
