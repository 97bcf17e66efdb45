import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { remoteOf } from "./remote.ts";

const nothing = () => {};
const io = { print: nothing, complain: nothing, log: nothing, readInput: () => "" };
const withToken = { ...io, environment: { FIELDLINE_TOKEN: "fl_of-a-test" }, onStop: nothing };

test("a server that is away or breaks off is asked again, one that refuses is not", async (t) => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization}`);
    if (asked.length === 1) request.socket.destroy();
    else if (asked.length === 2) response.writeHead(502).end("a proxy says so");
    else if (asked.length === 3) response.end('{"is":"there"}');
    else if (asked.length === 4) {
      response.writeHead(200, { "content-length": 100 });
      response.write("half of it", () => request.socket.destroy());
    } else if (asked.length === 5) response.end("whole");
    else response.writeHead(404).end('{"code":"point_unknown","detail":"no point"}');
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const remote = remoteOf(url, withToken);
  assert.ok(remote.ok);
  const there = await remote.value.patient({ method: "GET", path: "/points" });
  assert.equal(there.ok && there.value.bytes.toString(), '{"is":"there"}');
  const whole = await remote.value.patient({ method: "GET", path: "/points" });
  assert.equal(whole.ok && whole.value.bytes.toString(), "whole");
  const refused = await remote.value.patient({ method: "GET", path: "/points/1" });
  assert.equal(refused.ok || refused.problem.code, "point_unknown");
  assert.deepEqual(asked.slice(4), [
    "/api/v1/points Bearer fl_of-a-test",
    "/api/v1/points/1 Bearer fl_of-a-test",
  ]);
});

test("without a token nothing is asked", () => {
  const remote = remoteOf("http://127.0.0.1:1", { ...withToken, environment: {} });
  assert.equal(remote.ok || remote.problem.code, "sign_in_needed");
});
