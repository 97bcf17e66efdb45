import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { TestClock } from "../lib/clock.ts";
import { silentLog } from "../lib/log.ts";
import { type HouseAuthority, openAuthority } from "./authority.ts";

const DAY_MS = 24 * 60 * 60_000;
const NOW = Math.floor(Date.now() / 1000) * 1000; // openssl looks at the real clock
const root = mkdtempSync(join(tmpdir(), "authority-"));

let folder: string;
let clock: TestClock;
let authority: HouseAuthority;

beforeEach(async () => {
  folder = mkdtempSync(join(root, "ca-"));
  clock = new TestClock(NOW);
  authority = await open();
});
after(() => rmSync(root, { recursive: true }));

test("openssl verifies the bundle, and reads from it who the agent is", async () => {
  const uri = "urn:fieldline:agent:3k2";
  const pair = await authority.issue({ commonName: "dash7_gateway_1", uri, signsTokens: false });
  const { caPem } = authority.current();
  const ca = written("ca.crt", caPem);
  const leaf = written("agent.crt", pair.certificatePem + caPem);
  const key = written("agent.key", pair.keyPem);
  assert.match(openssl("verify", "-purpose", "sslclient", "-CAfile", ca, leaf), /: OK/);
  const text = openssl("x509", "-in", leaf, "-noout", "-text");
  assert.match(text, /Subject: CN = dash7_gateway_1\n/);
  assert.match(text, /URI:urn:fieldline:agent:3k2\n/);
  assert.match(text, /ASN1 OID: prime256v1/);
  assert.match(text, /TLS Web Client Authentication/);
  assert.match(text, /CA:FALSE/);
  const serial = openssl("x509", "-in", leaf, "-noout", "-serial").trim();
  assert.equal(serial, `serial=${pair.serial}`);
  assert.equal(
    openssl("x509", "-in", leaf, "-noout", "-pubkey"),
    openssl("pkey", "-in", key, "-pubout"),
  );
  assert.equal(pair.expiresAt, NOW + 365 * DAY_MS);
});

test("the server's certificate names this machine, and openssl verifies it", async () => {
  const { serverCertificatePem, caPem } = authority.current();
  const leaf = written("server.crt", serverCertificatePem);
  const ca = written("ca.crt", caPem);
  const verify = (...how: string[]) =>
    openssl("verify", "-purpose", "sslserver", "-CAfile", ca, ...how, leaf);
  for (const name of ["localhost", hostname(), "plant.example"]) {
    assert.match(verify("-verify_hostname", name), /: OK/);
  }
  for (const ip of ["127.0.0.1", "::1", "192.0.2.7"]) {
    assert.match(verify("-verify_ip", ip), /: OK/);
  }
  assert.throws(() => verify("-verify_hostname", "elsewhere.example"));
});

test("the authority is made once and kept where only its owner reads it", async () => {
  const first = authority.current();
  assert.deepEqual((await open()).current(), first);
  for (const file of readdirSync(folder)) {
    assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600, file);
  }
  assert.equal(statSync(folder).mode & 0o777, 0o700);
});

test("a damaged authority is not replaced by a new one", async () => {
  const file = fileOf("ca");
  const text = readFileSync(file, "utf8");
  for (const damaged of ["", text.slice(0, 300), text.replace(/[b-y]/, "z")]) {
    writeFileSync(file, damaged);
    await assert.rejects(open(), /is damaged: restore it from a backup/);
  }
});

test("a server certificate is renewed in time, for a new name, and when it is damaged", async () => {
  const first = authority.current().serverCertificatePem;
  clock.advance(2 * DAY_MS);
  assert.equal((await open()).current().serverCertificatePem, first);
  clock.advance(250 * DAY_MS);
  const second = (await open()).current().serverCertificatePem;
  assert.notEqual(second, first);
  assert.ok(Date.parse(new X509Certificate(second).validTo) > clock.now() + 360 * DAY_MS);

  const third = (await open(["other.example"])).current().serverCertificatePem;
  assert.notEqual(third, second);
  const file = fileOf("server");
  writeFileSync(file, "");
  assert.notEqual((await open()).current().serverCertificatePem, third);
});

test("a server that runs for months learns of its new certificate, once", async () => {
  const first = authority.current().serverCertificatePem;
  const told: string[] = [];
  const renewed = new Promise<void>((resolve) => {
    authority.onRenewed(({ serverCertificatePem }) => {
      told.push(serverCertificatePem);
      resolve();
    });
  });
  clock.advance(250 * DAY_MS);
  await renewed;
  assert.notEqual(told[0], first);
  for (let count = 0; count < 10; count += 1) {
    assert.equal((await open()).current().serverCertificatePem, told[0]);
  }
  assert.deepEqual(told, [authority.current().serverCertificatePem]);
});

test("a house loses its authority to nobody: two that open at once share one", async () => {
  folder = join(root, "shared");
  const both = await Promise.all([open(), open()]);
  assert.equal(both[0].current().caPem, both[1].current().caPem);
});

function open(more: readonly string[] = []): Promise<HouseAuthority> {
  const hostNames = ["plant.example", "192.0.2.7", ...more];
  return openAuthority({ clock, log: silentLog, folder, hostNames });
}

function fileOf(name: "ca" | "server"): string {
  const file = readdirSync(folder).find((other) => other.startsWith(name));
  assert.ok(file);
  return join(folder, file);
}

function written(name: string, text: string): string {
  const file = join(root, name);
  writeFileSync(file, text);
  return file;
}

function openssl(...args: string[]): string {
  return execFileSync("openssl", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}
