import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { after, test } from "node:test";
import { enrol } from "./enrol.ts";
import { House } from "./house.ts";

const skip = spawnSync("openssl", ["version"]).status !== 0;
const house = await (await House.open()).signIn();
after(() => house.close());
const agent = await enrol(house, {
  kind: "mindsphere",
  tenant: "acme",
  name: "mètre_1",
  credential: "certificate",
});
const file = (name: string) => join(agent.folder, name);

test("the certificate is signed by the built-in CA, for a client", { skip }, () => {
  const verified = openssl("verify", "-purpose", "sslclient", "-x509_strict", "-CAfile");
  assert.match(verified, /agent\.crt: OK/);
  const text = openssl("x509", "-noout", "-text", "-nameopt", "utf8", "-in", file("agent.crt"));
  assert.match(text, /CN\s?=\s?acme_mètre_1|CN\s?=\s?mètre_1/);
  assert.match(text, /TLS Web Client Authentication/);
  assert.match(text, /CA:FALSE/);
});

test("the private key belongs to the certificate", { skip }, () => {
  const ofKey = openssl("pkey", "-in", file("agent.key"), "-pubout");
  const ofCertificate = openssl("x509", "-in", file("agent.crt"), "-noout", "-pubkey");
  assert.equal(ofKey, ofCertificate);
});

test("the CA signs certificates, and no further CA", { skip }, () => {
  const text = openssl("x509", "-noout", "-text", "-in", file("ca.crt"));
  assert.match(text, /CA:TRUE, pathlen:0/);
  assert.match(text, /Certificate Sign/);
});

test("pasted into one file for a browser or a phone it is still whole", { skip }, () => {
  const args = ["-inkey", file("agent.key"), "-in", file("agent.crt"), "-certfile", file("ca.crt")];
  openssl("pkcs12", "-export", ...args, "-passout", "pass:secret", "-out", file("agent.p12"));
  const text = openssl("pkcs12", "-in", file("agent.p12"), "-passin", "pass:secret", "-nokeys");
  assert.ok((text.match(/BEGIN CERTIFICATE/g) ?? []).length >= 2);
});

for (const version of ["-tls1_2", "-tls1_3"]) {
  test(`the server's certificate is good for this machine, ${version}`, { skip }, () => {
    const { stdout } = spawnSync(
      "openssl",
      [
        ...["s_client", "-connect", `localhost:${house.ports.mqtts}`, "-CAfile", file("ca.crt")],
        ...["-verify_hostname", "localhost", "-verify_return_error", version],
        ...["-cert", file("agent.crt"), "-key", file("agent.key")],
      ],
      { input: "", encoding: "utf8", timeout: 15_000 },
    );
    assert.match(stdout, /Verify return code: 0 \(ok\)/);
    assert.match(stdout, /CN\s?=\s?Fieldline/);
  });
}

test("TLS 1.1 is not spoken", { skip }, () => {
  const address = `localhost:${house.ports.mqtts}`;
  const { status } = spawnSync("openssl", ["s_client", "-connect", address, "-tls1_1"], {
    input: "",
    timeout: 15_000,
  });
  assert.notEqual(status, 0);
});

function openssl(...args: readonly string[]): string {
  const all = args[0] === "verify" ? [...args, file("ca.crt"), file("agent.crt")] : args;
  const { status, stdout, stderr } = spawnSync("openssl", [...all], { encoding: "utf8" });
  assert.equal(status, 0, `openssl ${all.join(" ")}: ${stderr}`);
  return stdout;
}
