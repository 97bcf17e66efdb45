import { House } from "../test/house.ts";
import { RawClient } from "../test/mqtt-peer.ts";
import { crowdAgents } from "./agents.ts";
import { printFigures } from "./figure.ts";
import { attacks, type Target } from "./hostile.ts";

/**
 * What hostile clients cost those who share the server's event loop with them: the longest that it
 * stood still, as it says itself, and the longest that a client beside them waited for an answer.
 */
const LOOP_WINDOW_MS = 5_200;
const ASK_EVERY_MS = 20;
const only = process.argv[2];

async function loopDelayOf(house: House): Promise<number> {
  const text = await (await house.request("GET", "/metrics")).text();
  return Number(/^fieldline_loop_delay_ms_max (.*)$/m.exec(text)?.[1] ?? 0);
}

/** The longest that the bystander's pings waited while the work was done. */
async function longestWait(bystander: RawClient, work: () => Promise<void>): Promise<number> {
  let isOver = false;
  let longest = 0;
  const asking = (async () => {
    while (!isOver) {
      const before = performance.now();
      bystander.send({ cmd: "pingreq" });
      await bystander.expect("pingresp");
      longest = Math.max(longest, performance.now() - before);
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  })();
  await work();
  isOver = true;
  await asking;
  return longest;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const house = await (await House.open()).signIn();
const [account] = await crowdAgents(house, 1);
if (!account) throw new Error("no agent");
const target: Target = { port: house.ports.mqtt, account };
const login = { username: account.username, password: Buffer.from(account.password) };
const bystander = await RawClient.enter(house.ports.mqtt, { ...login, clientId: "bystander" });
const figures = [];
for (const { name, prepare, run } of attacks) {
  if (only && !name.includes(only) && !prepare) continue;
  await prepare?.(target);
  await pause(LOOP_WINDOW_MS);
  let loopMs = 0;
  const watching = setInterval(async () => {
    loopMs = Math.max(loopMs, await loopDelayOf(house));
  }, LOOP_WINDOW_MS / 3);
  const waited = await longestWait(bystander, () => run(target));
  await pause(LOOP_WINDOW_MS);
  clearInterval(watching);
  loopMs = Math.max(loopMs, await loopDelayOf(house));
  figures.push({ figure: `${name}: the loop stalls at most, ms`, measured: loopMs, atMost: 100 });
  console.log(name, Math.round(loopMs), Math.round(waited));
}
bystander.socket.destroy();
await house.close();
printFigures(figures);
