import { X509Certificate } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { isIP } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { domainToASCII } from "node:url";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Authority } from "./agent.ts";
import type { AgentPair, AgentSubject, Pair } from "./certificate.ts";
import { addPair, readPair, replacePair } from "./pair-file.ts";

const DAY_MS = 24 * 60 * 60_000;
/** A server's certificate is renewed while this much of its year is left. */
const RENEW_BEFORE_MS = 122 * DAY_MS;

/** The house's own certificate authority: made once, kept in a folder, its key never given out. */
export type HouseAuthority = {
  current(): Authority;
  issue(subject: AgentSubject): Promise<AgentPair>;
  /** Called with a new server certificate months before the old one ends. */
  onRenewed(call: (authority: Authority) => void): void;
};

type AuthorityParts = {
  readonly folder: string;
  /** Names and addresses of this machine that it does not know itself. */
  readonly hostNames: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
};

export async function openAuthority(parts: AuthorityParts): Promise<HouseAuthority> {
  const { folder, clock, log } = parts;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const ca = await openCa(parts);
  let server = await openServer(parts, ca);
  const calls: ((authority: Authority) => void)[] = [];

  const current = () => ({
    caPem: ca.certificatePem,
    serverKeyPem: server.keyPem,
    serverCertificatePem: server.certificatePem + ca.certificatePem,
  });
  const renew = async () => {
    const next = await openServer(parts, ca);
    if (next.certificatePem === server.certificatePem) return;
    server = next;
    for (const call of calls) call(current());
  };
  const renewOrTell = () =>
    renew().catch((reason) => log.error("no new server certificate", { reason: String(reason) }));
  // A day after the last look has ended: two at once would both make a certificate.
  const lookDaily = () => clock.after(DAY_MS, () => void renewOrTell().finally(lookDaily));
  lookDaily();
  return {
    current,
    async issue(subject) {
      const { newAgentPair, readSigner } = await certificates();
      return newAgentPair(await readSigner(ca), subject, clock.now());
    },
    onRenewed: (call) => void calls.push(call),
  };
}

/** They take 10 MB, and most days nobody makes one. */
function certificates() {
  return import("./certificate.ts");
}

/** Agents trust this one and no other, so a damaged one is never replaced by a new one. */
async function openCa(parts: AuthorityParts): Promise<Pair> {
  const { folder, clock, log } = parts;
  const file = join(folder, "ca-certificate-and-key.pem");
  const kept = await readPair(file);
  if (kept === "damaged") throw new Error(`${file} is damaged: restore it from a backup`);
  if (kept !== "none") return kept;
  const { newAuthority } = await certificates();
  await addPair(file, await newAuthority(clock.now()));
  log.info("a certificate authority was made", { file });
  return openCa(parts);
}

async function openServer(parts: AuthorityParts, ca: Pair): Promise<Pair> {
  const { folder, clock, log } = parts;
  const file = join(folder, "server-certificate-and-key.pem");
  const hosts = hostsOf(parts);
  const kept = await readPair(file);
  if (typeof kept === "object" && serves(kept, hosts, ca, clock.now())) return kept;
  const { newServerPair, readSigner } = await certificates();
  const made = await newServerPair(await readSigner(ca), hosts, clock.now());
  await replacePair(file, made);
  log.info("a server certificate was made", { file, hosts });
  return made;
}

/** Whether a kept certificate is ours, will last, and names all that this machine is called. */
function serves(pair: Pair, hosts: readonly string[], ca: Pair, now: number): boolean {
  const certificate = new X509Certificate(pair.certificatePem);
  const isOurs = certificate.verify(new X509Certificate(ca.certificatePem).publicKey);
  const endsAt = Date.parse(certificate.validTo);
  const names = (host: string) =>
    isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host, { subject: "never" });
  return isOurs && endsAt - now > RENEW_BEFORE_MS && hosts.every((host) => names(host));
}

/** Devices often know a server by its address only, so those of its network cards are in too. */
function hostsOf({ hostNames, log }: AuthorityParts): readonly string[] {
  const cards = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const addresses = cards
    .filter(({ family, internal }) => family === "IPv4" && !internal)
    .map(({ address }) => address);
  const given = [hostname(), ...hostNames].flatMap((name) => {
    const host = isIP(name) ? name : domainToASCII(name);
    if (!host) log.warn("no name for a certificate", { name });
    return host || [];
  });
  return [...new Set(["localhost", "127.0.0.1", "::1", ...given, ...addresses])];
}
