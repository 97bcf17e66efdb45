import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { openBrowser } from "../test/browser.ts";
import { median, optionsOf, printTable, rounded } from "./measure.ts";

/**
 * What stands between a person and the first moving value: from `git clone` to a page that moves,
 * packages and build included, and how much of it the browser has to load.
 */
const options = optionsOf({ rounds: 1 });
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PASSWORD = "harbour crane rusty bolt";

type Round = {
  readonly started: number;
  readonly moving: number;
  readonly bytes: number;
  readonly paintMs: number;
};

const browser = await openBrowser();
const rounds: Round[] = [];
for (let round = 0; round < options.rounds; round += 1) rounds.push(await oneRound(browser));
await browser.close();
const of = (key: keyof Round) => rounded(median(rounds.map((one) => one[key])));
printTable([
  {
    "fresh clone": "npm start -- --demo",
    "server is open, s": of("started"),
    "a value moves on the screen, s": of("moving"),
    "first page, kB": rounded(of("bytes") / 1000),
    "first contentful paint, ms": of("paintMs"),
  },
]);

async function oneRound(onto: Browser): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), "fieldline-clone-"));
  const begin = performance.now();
  const since = () => (performance.now() - begin) / 1000;
  const clone = join(folder, "fieldline");
  const cloned = spawnSync("git", ["clone", "--quiet", ROOT, clone], { stdio: "inherit" });
  if (cloned.status !== 0) throw new Error("could not clone");
  const ports = ["--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0", "--mqtts", "127.0.0.1:0"];
  const args = ["start", "--silent", "--", "--demo", "--print-ports", ...ports];
  const stdio = ["ignore", "pipe", "ignore"] as const;
  const server = spawn("npm", args, { cwd: clone, stdio: [...stdio], detached: true });
  const { setup } = await said(server.stdout);
  const started = since();
  const first = await onto.newContext();
  const page = await first.newPage();
  await page.goto(setup);
  await page.getByLabel("Name").fill("marie");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: /Demo plant/ }).click();
  await untilMoving(page);
  const moving = since();
  const again = await onto.newContext({ storageState: await first.storageState() });
  const { bytes, paintMs } = await firstPage(await again.newPage(), new URL("/", setup).href);
  await Promise.all([first.close(), again.close()]);
  const ended = new Promise((resolve) => server.once("exit", resolve));
  // As Ctrl-C does: to npm, and to what it started.
  process.kill(-(server.pid ?? 0), "SIGINT");
  await ended;
  rmSync(folder, { recursive: true, force: true });
  return { started, moving, bytes, paintMs };
}

/** For somebody who is signed in and whose browser has nothing of it yet. */
async function firstPage(page: Page, url: string): Promise<{ bytes: number; paintMs: number }> {
  const sizes: Promise<number>[] = [];
  page.on("response", (response) => {
    const request = response.request();
    sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize));
  });
  await page.goto(url);
  await page.locator(".figure-text").first().waitFor();
  const paint = "performance.getEntriesByName('first-contentful-paint')[0].startTime";
  const paintMs = Number(await page.evaluate(paint));
  const bytes = (await Promise.all(sizes)).reduce((total, size) => total + size, 0);
  return { bytes, paintMs };
}

async function untilMoving(page: Page): Promise<void> {
  const figures = () => page.locator(".figure-text").allInnerTexts();
  await page.locator(".figure-text").first().waitFor();
  const before = await figures();
  for (;;) {
    const now = await figures();
    if (now.some((text, at) => text !== before[at])) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The line of JSON with the ports. */
function said(stream: NodeJS.ReadableStream): Promise<{ readonly setup: string }> {
  return new Promise((resolve) => {
    let text = "";
    stream.on("data", (data) => {
      text += data;
      const line = text.split("\n").find((one) => one.startsWith("{") && one.endsWith("}"));
      if (line) resolve(JSON.parse(line));
    });
  });
}
