import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import type { Series } from "../domain/brand.ts";
import { TABLE_HEAD, type TableRow } from "../domain/sample-table.ts";
import { pageOf } from "../domain/table-page.ts";
import { remoteOf } from "./remote.ts";
import { remotePlace } from "./remote-table.ts";
import type { TablePlace } from "./table-place.ts";

const nothing = () => {};
const io = {
  ...{ print: nothing, complain: nothing, log: nothing, readInput: () => "", onStop: nothing },
  environment: { FIELDLINE_TOKEN: "fl_of-a-test" },
};
const POINTS = '{"items":[{"id":"p1"}],"next":null}';
const live = { point: "p1", at: 0, value: 1, quality: "good", statusWord: null } as const;

test("samples of a server that is newer are refused by the name of what is new in them", async () => {
  const head = [...TABLE_HEAD, "origin"].join();
  const answer = `${head}\r\np1,1970-01-01T00:00:00.000Z,number,1,good,,,meter\r\n`;
  await inPlace(
    (_, response) => void response.end(answer),
    async (place) => {
      const columns = place.columns("p1", { from: 0, to: 1 })[Symbol.asyncIterator]();
      await assert.rejects(columns.next(), /the server is newer than this program.*: origin; use/);
      const lines = place.lines("p1", { from: 0, to: 1 })[Symbol.asyncIterator]();
      await assert.rejects(lines.next(), /the server is newer than this program.*: origin; use/);
    },
  );
});

test("lines of a server are the file's, and those of an older one get the columns they lack", async () => {
  const row = "p1,1970-01-01T00:00:00.000Z,text,";
  const ours = [`${row}idle,good,,\r\n`, `${row}idle,good,,\r\n${row}"two\nlines",good,,true\r\n`];
  const tables = ours.map((lines) => `${TABLE_HEAD}\r\n${lines}`);
  tables.push(`${TABLE_HEAD.slice(0, 5)}\r\n${row}idle,good\r\n`);
  await inPlace(
    ({ url = "" }, response) => {
      const page = Number(new URL(url, "http://a").searchParams.get("after"));
      if (page + 1 < tables.length) response.setHeader("fieldline-next", String(page + 1));
      response.end(tables[page]);
    },
    async (place) => {
      const told: [number, string][] = [];
      for await (const { length, text } of place.lines("p1", { from: 0, to: 1 })) {
        told.push([length, text.toString()]);
      }
      const [one, two] = ours;
      assert.deepEqual(told, [
        [1, one],
        [2, two],
        [1, one],
      ]);
    },
  );
});

test("a server that is older gets what it knows, and nothing is lost without a word", async () => {
  const bodies: unknown[] = [];
  const older: RequestListener = async (request, response) => {
    response.setHeader("fieldline-cells", "6");
    if (request.method === "GET") response.end(POINTS);
    else {
      bodies.push(JSON.parse(await text(request)));
      response.end('{"tooOld":0}');
    }
  };
  await inPlace(older, async (place) => {
    assert.deepEqual(await place.points(), ["p1"]);
    const put = (row: TableRow) => place.put(pageOf([row], () => 0 as Series));
    await put({ ...live, toldAfterwards: false });
    const cells = ["p1", "1970-01-01T00:00:00.000Z", "number", "1", "good", ""];
    assert.deepEqual(bodies, [{ rows: [cells] }]);
    const told: TableRow = { ...live, toldAfterwards: true };
    const refused = await put(told);
    assert.match(
      refused.ok ? "" : refused.problem.detail,
      /the server is older than this program.*columns toldAfterwards, which/,
    );
    assert.equal(bodies.length, 1);
  });
});

/** As a server of another version answers. */
async function inPlace(
  answer: RequestListener,
  work: (place: TablePlace) => Promise<void>,
): Promise<void> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const remote = remoteOf(`http://127.0.0.1:${port}`, io);
  assert.ok(remote.ok);
  try {
    await work(remotePlace(remote.value));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
