import assert from "node:assert/strict";
import { test } from "node:test";
import { hashSecret, newSecret, sameSecret } from "./secret.ts";

test("a secret has 256 bits of chance and needs no escaping in a URL", () => {
  const [a, b] = [newSecret(), newSecret()];
  assert.match(a, /^[\w-]{43}$/);
  assert.equal(Buffer.from(a, "base64url").length, 32);
  assert.notEqual(a, b);
});

test("the hash is SHA-256 in hex (FIPS 180-2, appendix B.1)", () => {
  const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assert.equal(hashSecret("abc"), abc);
});

test("equal secrets are the same, others are not, whatever their length", () => {
  assert.equal(sameSecret("größe", "größe"), true);
  assert.equal(sameSecret("a", "b"), false);
  assert.equal(sameSecret("a", "a longer one"), false);
  assert.equal(sameSecret("", ""), true);
});
