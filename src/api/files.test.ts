import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { ApiHouse } from "../../test/api-house.ts";

const INDEX = "<!doctype html><title>Fieldline</title>";
const SCRIPT = "console.log('a screen that is long enough to be worth compressing')";

let house: ApiHouse;
const screens = mkdtempSync(join(tmpdir(), "fieldline-screens-"));
before(async () => {
  mkdirSync(join(screens, "assets"));
  writeFileSync(join(screens, "index.html"), INDEX);
  writeFileSync(join(screens, "icon.svg"), "<svg/>");
  writeFileSync(join(screens, "assets", "main-a1b2c3d4.js"), SCRIPT);
  writeFileSync(join(screens, "assets", "main-a1b2c3d4.js.br"), brotliCompressSync(SCRIPT));
  writeFileSync(join(screens, "assets", "main-a1b2c3d4.js.gz"), gzipSync(SCRIPT));
  house = await ApiHouse.open({ screens });
});
after(async () => {
  await house.close();
  rmSync(screens, { recursive: true });
});

test("any address that is neither a file nor the API is a page of the screens", async () => {
  for (const path of ["/", "/plant", "/devices/1m8", "/setup"]) {
    const { status, text, headers } = await get(path);
    assert.equal(status, 200, path);
    assert.equal(text, INDEX);
    assert.match(headers.get("content-type") ?? "", /^text\/html/);
    assert.equal(headers.get("cache-control"), "no-cache");
  }
});

test("a file that does not exist is not a page", async () => {
  for (const path of ["/assets/gone-a1b2c3d4.js", "/favicon.ico", "/api/v1/none", "/api/v1"]) {
    assert.equal((await get(path)).status, 404, path);
  }
  assert.equal((await get("/plant", { method: "POST" })).status, 404);
});

test("a file whose name holds its hash is kept for ever, any other is asked for again", async () => {
  const script = await get("/assets/main-a1b2c3d4.js");
  assert.equal(script.headers.get("cache-control"), "public, max-age=31536000, immutable");
  const icon = await get("/icon.svg");
  assert.equal(icon.headers.get("cache-control"), "no-cache");
});

test("files travel compressed where somebody has compressed them", async () => {
  for (const encoding of ["br", "gzip"]) {
    const reply = await get("/assets/main-a1b2c3d4.js", {
      headers: { "accept-encoding": encoding },
    });
    assert.equal(reply.headers.get("content-encoding"), encoding);
    assert.equal(reply.text, SCRIPT);
    assert.match(reply.headers.get("cache-control") ?? "", /immutable/);
    assert.match(reply.headers.get("content-type") ?? "", /javascript/);
  }
});

test("nothing outside the folder is a file", async () => {
  for (const path of ["/..%2f..%2fetc%2fpasswd", "/assets/%2e%2e/%2e%2e/package.json", "/.env"]) {
    const { text } = await get(path);
    assert.ok(text === INDEX || text.includes("route_unknown") || text.includes("request_invalid"));
  }
});

test("a page may load nothing from elsewhere, run nothing inline and stand in no frame", async () => {
  const { headers } = await get("/");
  const policy = headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'self'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe|upgrade-insecure-requests|\*/);
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(headers.get("referrer-policy"), "same-origin");
  assert.equal(headers.get("strict-transport-security"), null);
});

test("what the API says is kept by nobody", async () => {
  const { headers } = await get("/api/v1/health");
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(headers.get("fieldline-cells"), "7", "of a row of samples");
  assert.match(headers.get("content-security-policy") ?? "", /default-src 'none'/);
});

async function get(path: string, options: RequestInit = {}) {
  const response = await fetch(house.url + path, options);
  return { status: response.status, headers: response.headers, text: await response.text() };
}
