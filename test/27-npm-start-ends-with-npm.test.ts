import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { until } from "./house.ts";

const ANY = "127.0.0.1:0";

test("a signal that reaches npm alone stops the server too", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "fieldline-npm-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const options = ["--data", folder, "--http", ANY, "--mqtt", ANY, "--mqtts", "off"];
  const npm = spawn("npm", ["start", "--silent", "--", ...options, "--print-ports"], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    stdio: ["ignore", "pipe", "ignore"],
  });
  let said = "";
  npm.stdout.on("data", (data) => {
    said += data;
  });
  const line = await until("the server is open", () => /^\{.*\}$/m.exec(said)?.[0], 60_000);
  const health = `http://127.0.0.1:${JSON.parse(line).http}/api/v1/health`;
  assert.equal((await fetch(health)).status, 200);
  assert.ok(existsSync(join(folder, "fieldline.db")));

  npm.kill("SIGTERM");
  await until("nobody answers", async () => {
    const answered = await fetch(health).catch(() => undefined);
    return answered === undefined;
  });
});
