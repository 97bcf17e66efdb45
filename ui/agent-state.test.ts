import assert from "node:assert/strict";
import { test } from "node:test";
import { expiringOf, expiryOf, presenceWords } from "./agent-state.ts";

type Credential = Parameters<typeof expiryOf>[0]["credentials"][number];

function certificate(expiresAt: string, revokedAt: string | null = null): Credential {
  const createdAt = "2026-01-01T00:00:00Z";
  return { id: expiresAt, kind: "certificate", serial: "0A", createdAt, expiresAt, revokedAt };
}

test("how many are connected is said where the broker can tell", () => {
  assert.equal(presenceWords(2, 1), "1 of 2 agents connected");
  assert.equal(presenceWords(2, null), "2 agents");
});

test("an agent with two certificates can connect until the later one ends", () => {
  const credentials = [certificate("2027-01-01T00:00:00Z"), certificate("2026-12-01T00:00:00Z")];
  assert.equal(expiryOf({ credentials }), "2027-01-01T00:00:00Z");
});

test("a revoked certificate and a password have no end that matters", () => {
  const revoked = certificate("2027-01-01T00:00:00Z", "2026-05-01T00:00:00Z");
  const password: Credential = { ...revoked, kind: "password", expiresAt: null, revokedAt: null };
  assert.equal(expiryOf({ credentials: [revoked, password] }), null);
});

test("thirty days before its end a certificate wants to be renewed", () => {
  const now = Date.parse("2026-11-21T00:00:00Z");
  assert.equal(expiringOf("2027-11-21T00:00:00Z", now), "later");
  assert.equal(expiringOf("2026-12-20T00:00:00Z", now), "soon");
  assert.equal(expiringOf("2026-11-20T00:00:00Z", now), "over");
});
