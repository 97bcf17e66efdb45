import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMIT } from "../domain/limit.ts";
import { TestClock } from "../lib/clock.ts";
import { addressKey, TryLimit } from "./try-limit.ts";

test("five tries, then a pause, then five more: never locked out", () => {
  const clock = new TestClock();
  const limit = new TryLimit(clock);
  for (let round = 0; round < 3; round += 1) {
    for (let index = 0; index < LIMIT.signInTries; index += 1) {
      assert.equal(limit.take("account:ada").waitMs, 0);
      clock.advance(1_000);
    }
    assert.equal(limit.take("account:ada").waitMs, LIMIT.signInPauseMs - 1_000);
    clock.advance(LIMIT.signInPauseMs - 1_001);
    assert.equal(limit.take("account:ada").waitMs, 1);
    clock.advance(1);
  }
  assert.equal(limit.take("account:ada").waitMs, 0);
});

test("a try counts for its account and its address, and only where both may", () => {
  const limit = new TryLimit(new TestClock());
  for (const from of ["1", "2", "3", "4", "5"])
    assert.equal(limit.take("account:ada", `address:${from}`).waitMs, 0);
  assert.ok(limit.take("account:ada", "address:6").waitMs > 0);
  for (let index = 0; index < LIMIT.signInTries; index += 1)
    assert.equal(limit.take("account:bob", "address:6").waitMs, 0);
  assert.ok(limit.take("account:cleo", "address:6").waitMs > 0);
});

test("a right password clears the account, not the address's other tries", () => {
  const limit = new TryLimit(new TestClock());
  for (let index = 0; index < 4; index += 1) limit.take("account:ada", "address:1");
  limit.take("account:eve", "address:1");
  limit.forget("account:eve");
  limit.giveBack("address:1");
  assert.equal(limit.take("account:bob", "address:1").waitMs, 0);
  assert.ok(limit.take("account:eve", "address:1").waitMs > 0);
});

test("what is remembered is bounded; the oldest is forgotten first", () => {
  const limit = new TryLimit(new TestClock());
  for (let index = 0; index < LIMIT.signInTries; index += 1) limit.take("account:ada");
  for (let index = 0; index < LIMIT.signInKeys - 1; index += 1) limit.take(`account:${index}`);
  assert.ok(limit.take("account:ada").waitMs > 0);
  limit.take("account:one more");
  assert.equal(limit.take("account:ada").waitMs, 0);
});

test("an IPv6 network of one customer is one address, IPv4 is itself however it is written", () => {
  assert.equal(addressKey("192.0.2.7"), "192.0.2.7");
  assert.equal(addressKey("::ffff:192.0.2.7"), "192.0.2.7");
  assert.equal(addressKey("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2");
  assert.equal(addressKey("2001:db8:1:2::1"), "2001:db8:1:2");
  assert.equal(addressKey("2001:db8::1"), "2001:db8:0:0");
  assert.equal(addressKey("fe80::1%eth0"), "fe80:0:0:0");
  assert.equal(addressKey("::1"), "0:0:0:0");
});
