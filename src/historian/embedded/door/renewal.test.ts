import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { AssertionError } from "../../../lib/assert.ts";
import { silentLog } from "../../../lib/log.ts";
import { Renewal } from "./renewal.ts";

test("a wrong program is not taken for a disk that fails", async (t) => {
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  t.after(() => {
    for (const listener of listeners) process.on("unhandledRejection", listener);
  });
  const alive = setInterval(() => {}, 1_000); // The timer of a renewal keeps no process.
  t.after(() => clearInterval(alive));
  let tries = 0;
  const renew = () => {
    tries += 1;
    return Promise.reject(new AssertionError("impossible"));
  };
  const renewal = new Renewal(renew, { log: silentLog });
  t.after(() => renewal.close());
  renewal.begin("EIO", false);
  const [fault] = await once(process, "unhandledRejection");
  assert.ok(fault instanceof AssertionError);
  assert.equal(tries, 1);
});
