import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, preview } from "vite";
import { openBrowser } from "../test/browser.ts";
import { printFigures } from "./figure.ts";
import { median, optionsOf } from "./measure.ts";

/**
 * Live rings on a page, drawn by the product's own widget in Chromium without a graphics card:
 * processor time of all its processes as a share of one core.
 */
const options = optionsOf({ rounds: 3, seconds: 5, rings: 500 });
/** A screen stands open for hours: by then the browser has compiled what turns the rings. */
const REST_MS = 15_000;
/** In the thread that draws: a picture of all rings is handed over by this call. */
const COUNT_PICTURES = `(() => {
  const { prototype } = OffscreenCanvasRenderingContext2D;
  const { putImageData } = prototype;
  globalThis.pictures = 0;
  prototype.putImageData = function (...all) {
    globalThis.pictures += 1;
    return putImageData.apply(this, all);
  };
})()`;

const folder = mkdtempSync(join(tmpdir(), "fieldline-rings-"));
const outDir = join(folder, "page");
const root = fileURLToPath(new URL("rings", import.meta.url));
const common = { root, configFile: false, logLevel: "warn" } as const;
await build({ ...common, build: { outDir, target: "es2022", emptyOutDir: true } });
const server = await preview({
  ...common,
  build: { outDir },
  preview: { host: "127.0.0.1", port: 0 },
});
const browser = await openBrowser();
const system = await browser.newBrowserCDPSession();
const rounds: { readonly share: number; readonly frames: number }[] = [];
for (let round = 0; round < options.rounds; round += 1) rounds.push(await oneRound());
await browser.close();
await server.close();
rmSync(folder, { recursive: true });
const share = median(rounds.map((round) => round.share));
const frames = median(rounds.map((round) => round.frames));
printFigures([
  { figure: `${options.rings} live rings, % of one core`, measured: share, atMost: 10 },
  { figure: "frames a second of each ring", measured: frames, atLeast: 19 },
]);

async function oneRound() {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const url = server.resolvedUrls?.local[0];
  const worker = page.waitForEvent("worker");
  await page.goto(`${url}?rings=${options.rings}`);
  await page.waitForTimeout(REST_MS);
  await (await worker).evaluate(COUNT_PICTURES);
  const pictures = async () => Number(await (await worker).evaluate("globalThis.pictures"));
  const before = { cpu: await cpuSeconds(), pictures: await pictures(), at: performance.now() };
  await page.waitForTimeout(options.seconds * 1000);
  const seconds = (performance.now() - before.at) / 1000;
  const share = (100 * ((await cpuSeconds()) - before.cpu)) / seconds;
  const frames = ((await pictures()) - before.pictures) / seconds;
  await page.close();
  return { share, frames };
}

/** Of the browser with all its processes, so far. */
async function cpuSeconds(): Promise<number> {
  const { processInfo } = await system.send("SystemInfo.getProcessInfo");
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}
