import { createPrivateKey, X509Certificate } from "node:crypto";
import { addPrivateFile, readPrivateFile, replacePrivateFile } from "../lib/private-file.ts";
import type { Pair } from "./certificate.ts";

const KEY = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n/;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/;

/** A key and its certificate in one file, so that never one of them is there without the other. */
export async function readPair(file: string): Promise<Pair | "none" | "damaged"> {
  const text = await readPrivateFile(file);
  if (text === undefined) return "none";
  const [keyPem = ""] = KEY.exec(text) ?? [];
  const [certificatePem = ""] = CERTIFICATE.exec(text) ?? [];
  const pair = { keyPem, certificatePem };
  return isPair(pair) ? pair : "damaged";
}

/** Settles when the file will survive a power cut; a crash before leaves what was there. */
export function replacePair(file: string, pair: Pair): Promise<void> {
  return replacePrivateFile(file, textOf(pair));
}

/** Like `replacePair`, but leaves alone what another process was quicker to write. */
export function addPair(file: string, pair: Pair): Promise<void> {
  return addPrivateFile(file, textOf(pair));
}

function textOf({ keyPem, certificatePem }: Pair): string {
  return keyPem + certificatePem;
}

function isPair({ keyPem, certificatePem }: Pair): boolean {
  try {
    return new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    return false; // What is not PEM is no pair either.
  }
}
