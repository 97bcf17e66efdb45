import { createPrivateKey, randomUUID, X509Certificate } from "node:crypto";
import { link, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Pair } from "./certificate.ts";

/** A private key is nobody else's business. */
const OWNER_ONLY = 0o600;
const KEY = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n/;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/;

/** A key and its certificate in one file, so that never one of them is there without the other. */
export async function readPair(file: string): Promise<Pair | "none" | "damaged"> {
  const text = await readFile(file, "utf8").catch((reason: NodeJS.ErrnoException) => {
    if (reason.code === "ENOENT") return undefined;
    throw new Error(`cannot read ${file}`, { cause: reason });
  });
  if (text === undefined) return "none";
  const [keyPem = ""] = KEY.exec(text) ?? [];
  const [certificatePem = ""] = CERTIFICATE.exec(text) ?? [];
  const pair = { keyPem, certificatePem };
  return isPair(pair) ? pair : "damaged";
}

/** Settles when the file will survive a power cut; a crash before leaves what was there. */
export function replacePair(file: string, pair: Pair): Promise<void> {
  return place(file, pair, (draft) => rename(draft, file));
}

/** Like `replacePair`, but leaves alone what another process was quicker to write. */
export function addPair(file: string, pair: Pair): Promise<void> {
  return place(file, pair, async (draft) => {
    await link(draft, file).catch((reason: NodeJS.ErrnoException) => {
      if (reason.code !== "EEXIST") throw reason;
    });
    await rm(draft);
  });
}

async function place(
  file: string,
  { keyPem, certificatePem }: Pair,
  move: (draft: string) => Promise<void>,
): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  const handle = await open(draft, "wx", OWNER_ONLY);
  try {
    await handle.writeFile(keyPem + certificatePem);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await move(draft);
  const folder = await open(dirname(file), "r");
  await folder.sync();
  await folder.close();
}

function isPair({ keyPem, certificatePem }: Pair): boolean {
  try {
    return new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    return false; // What is not PEM is no pair either.
  }
}
