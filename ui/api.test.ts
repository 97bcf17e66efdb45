import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { call, callForFile, ProblemError } from "./api.ts";

/** A server that ends in the middle of what it says. */
const server = createServer((_, reply) => {
  reply.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
  reply.write('{"items":[', () => reply.destroy());
});
const browsersFetch = globalThis.fetch;

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  // A page's addresses are of its own server.
  globalThis.fetch = (path, wish) => browsersFetch(`http://127.0.0.1:${port}${path}`, wish);
});

after(() => {
  globalThis.fetch = browsersFetch;
  server.close();
});

const isBrokenOff = (error: unknown) =>
  error instanceof ProblemError && error.code === "offline" && /broke off/.test(error.message);

test("an answer that breaks off is a problem that a person is told, and tried again", async () => {
  await assert.rejects(call("GET /health"), isBrokenOff);
});

test("a file that breaks off is no file", async () => {
  const { signal } = new AbortController();
  const asked = { type: "text/csv", signal, onBytes: () => {} };
  const query = { points: "p", from: 0, to: 1 };
  await assert.rejects(callForFile(asked, "GET /history/samples", { query }), isBrokenOff);
});
