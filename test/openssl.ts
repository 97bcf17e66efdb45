import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

/** A certificate and its key, as files. */
export type Signed = { readonly name: string; readonly certificate: string; readonly key: string };

type Wish = {
  /** Of X.509's extensions, in openssl's own words. */
  readonly extensions?: readonly string[];
  readonly days?: number;
  readonly bits?: number;
};

/** Authorities, agents and tokens as a tenant's administrator makes them: with openssl alone. */
export class Openssl {
  readonly #folder = mkdtempSync(join(tmpdir(), "fieldline-openssl-"));
  #made = 0;

  constructor() {
    process.on("exit", () => rmSync(this.#folder, { recursive: true, force: true }));
  }

  /** An authority that signs itself, as `openssl req -x509` makes it. */
  authority(name: string, { bits = 2048, days = 30 }: Wish = {}): Signed {
    const { certificate, key } = this.#files();
    const wanted = ["-subj", `/O=Acme/CN=${name}`, "-days", String(days), "-nodes"];
    const out = ["-keyout", key, "-out", certificate];
    run(["req", "-x509", "-newkey", `rsa:${bits}`, "-sha256", ...wanted, ...out]);
    return { name, certificate, key };
  }

  /** The documentation's steps: a key, a request, and the authority's signature. */
  sign(by: Signed, name: string, { extensions = [], days = 30, bits = 2048 }: Wish = {}): Signed {
    const { certificate, key, request, settings } = this.#files();
    run(["genrsa", "-out", key, String(bits)]);
    run(["req", "-new", "-key", key, "-subj", `/CN=${name}`, "-out", request]);
    writeFileSync(settings, extensions.join("\n"));
    const issuer = ["-CA", by.certificate, "-CAkey", by.key, "-CAcreateserial"];
    const wanted = ["-days", String(days), "-sha256", "-extfile", settings];
    run(["x509", "-req", "-in", request, ...issuer, ...wanted, "-out", certificate]);
    return { name, certificate, key };
  }

  /** One file of several certificates, as `cat device.pem tenant.pem` makes it. */
  chain(...parts: readonly Signed[]): string {
    const file = this.#files().certificate;
    writeFileSync(file, parts.map(pem).join(""));
    return file;
  }

  /** What others have made, as a file. */
  save(text: string): string {
    const { certificate } = this.#files();
    writeFileSync(certificate, text);
    return certificate;
  }

  /** A token that openssl has signed. */
  token(key: string, claims: object, header: object): string {
    const signed = `${encoded(header)}.${encoded(claims)}`;
    const { request, settings } = this.#files();
    writeFileSync(request, signed);
    run(["dgst", "-sha256", "-sign", key, "-out", settings, request]);
    return `${signed}.${readFileSync(settings).toString("base64url")}`;
  }

  #files() {
    this.#made += 1;
    const base = join(this.#folder, String(this.#made));
    return {
      ...{ certificate: `${base}.pem`, key: `${base}.key` },
      ...{ request: `${base}.csr`, settings: `${base}.ext` },
    };
  }
}

export function pem({ certificate }: Signed): string {
  return readFileSync(certificate, "utf8");
}

/** DER in base64, in one line, as `x5c` wants it. */
export function bare(signed: Signed): string {
  return pem(signed).replace(/-----[A-Z ]+-----|\s/g, "");
}

function encoded(json: object): string {
  return Buffer.from(JSON.stringify(json)).toString("base64url");
}

function run(args: readonly string[]): void {
  const { status, stderr } = spawnSync("openssl", args);
  assert.equal(status, 0, `openssl ${args.join(" ")}: ${stderr}`);
}
