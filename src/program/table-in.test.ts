import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { TABLE_HEAD } from "../domain/sample-table.ts";
import { freePort } from "../lib/port.ts";
import { runImport } from "./table-in.ts";

const folder = mkdtempSync(join(tmpdir(), "fieldline-in-"));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, "one.csv");
writeFileSync(file, `${TABLE_HEAD}\r\np1,2026-01-01T00:00:00.000Z,number,1,good,,\r\n`);
const POINTS = '{"items":[{"id":"p1"}],"next":null}';
const STOPPED = /^import_stopped: .*one.csv, where it was stopped; 0 samples before it are stored;/;

test("an import that waits for a server ends when it is stopped", async () => {
  const said = await stoppedImport(`http://127.0.0.1:${await freePort()}`);
  assert.match(said[0] ?? "", /^http.*fetch failed; trying again for half a minute$/);
  assert.match(said[1] ?? "", STOPPED);
  assert.equal(said.length, 2);
});

test("one that waits behind its first question does, and is not told of a lost server", async () => {
  const away: RequestListener = (request, response) => {
    if (request.method === "GET") response.end(POINTS);
    else request.socket.destroy();
  };
  const said = await inServer(away, stoppedImport);
  assert.match(said[0] ?? "", /; trying again for half a minute$/);
  assert.match(said.at(-1) ?? "", STOPPED);
});

test("a server that takes the question and does not answer holds nobody up", async () => {
  let stop = () => {};
  const asked: RequestListener = () => stop();
  const said = await inServer(asked, (url) =>
    stoppedImport(url, (call) => {
      stop = call;
    }),
  );
  assert.match(said[0] ?? "", STOPPED);
});

/** What an import says that is stopped at its first complaint, or by what `onStop` is given. */
async function stoppedImport(
  url: string,
  onStop: (call: () => void) => void = () => {},
): Promise<string[]> {
  const said: string[] = [];
  let stop = () => {};
  const code = await runImport([file, "--url", url], {
    ...{ print: () => {}, log: () => {}, readInput: () => "" },
    environment: { FIELDLINE_TOKEN: "fl_of-a-test" },
    complain(line) {
      said.push(line);
      stop();
    },
    onStop(call) {
      stop = call;
      onStop(call);
    },
  });
  assert.equal(code, 2);
  return said;
}

async function inServer<T>(answer: RequestListener, work: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
