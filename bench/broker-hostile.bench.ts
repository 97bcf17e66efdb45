import { House } from "../test/house.ts";
import { RawClient } from "../test/mqtt-peer.ts";
import { crowdAgents } from "./agents.ts";
import { Crowd } from "./crowd-process.ts";
import { type Figure, printFigures } from "./figure.ts";
import { attacks, type Target } from "./hostile.ts";

/**
 * What hostile clients, and a crowd that does the same at once, cost those who share the server's
 * event loop with them: the longest that it stood still, as it says itself, and the longest that a
 * client beside them waited for an answer. `--only` and a pattern choose.
 */
const CROWD = 5_000;
/** The server tells of its last five seconds. */
const LOOP_WINDOW_MS = 5_000;
const ASK_EVERY_MS = 20;
const STALL_MS = 100;
const KEEP_ALIVE_SECONDS = 20;
const FEATS = ["take themselves over", "are reset at once", "fall silent at once"] as const;
const only = new RegExp(process.argv[3] ?? "");
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function loopDelayOf(house: House): Promise<number> {
  const text = await (await house.request("GET", "/metrics")).text();
  return Number(/^fieldline_loop_delay_ms_max (.*)$/m.exec(text)?.[1] ?? 0);
}

/** The longest stall of the loop while the work is done, and a little longer. */
async function longestStall(house: House, work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  const watching = setInterval(async () => {
    longest = Math.max(longest, await loopDelayOf(house));
  }, LOOP_WINDOW_MS / 5);
  await work();
  await pause(LOOP_WINDOW_MS);
  clearInterval(watching);
  return longest;
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
      await pause(ASK_EVERY_MS);
    }
  })();
  await work();
  isOver = true;
  await asking;
  return longest;
}

async function attack(): Promise<Figure[]> {
  const house = await (await House.open()).signIn();
  const [account] = await crowdAgents(house, 1);
  if (!account) throw new Error("no agent");
  const target: Target = { port: house.ports.mqtt, account };
  const { username, password } = account;
  const login = { username, password: Buffer.from(password), clientId: "bystander" };
  const bystander = await RawClient.enter(house.ports.mqtt, login);
  const figures: Figure[] = [];
  for (const { name, prepare, run } of attacks.filter((each) => only.test(each.name))) {
    await prepare?.(target);
    let waited = 0;
    const measured = await longestStall(house, async () => {
      waited = await longestWait(bystander, () => run(target));
    });
    figures.push({ figure: `${name}: the loop stalls, ms`, measured, atMost: STALL_MS });
    console.log(`${name}: ${measured} ms; a client beside it waited ${Math.round(waited)} ms`);
  }
  bystander.socket.destroy();
  await house.close();
  return figures;
}

async function crowds(): Promise<Figure[]> {
  const house = await (await House.open()).signIn();
  const accounts = await crowdAgents(house, CROWD);
  const keepalive = KEEP_ALIVE_SECONDS;
  const crowd = await Crowd.open(house, { tls: false, clients: CROWD, accounts, keepalive });
  const silent = KEEP_ALIVE_SECONDS * 1_500 + LOOP_WINDOW_MS;
  const does = {
    "take themselves over": () => crowd.does("over"),
    "are reset at once": () => crowd.does("reset"),
    "fall silent at once": () => crowd.does("word").then(() => pause(silent)),
  };
  const figures: Figure[] = [];
  for (const words of FEATS.filter((each) => only.test(each))) {
    if (words === "fall silent at once") await crowd.does("again");
    await pause(LOOP_WINDOW_MS);
    const measured = await longestStall(house, does[words]);
    const figure = `${CROWD} clients ${words}: the loop stalls, ms`;
    figures.push({ figure, measured, atMost: STALL_MS });
    console.log(`${figure}: ${measured}`);
  }
  await crowd.close();
  await house.close();
  return figures;
}

const figures = attacks.some(({ name }) => only.test(name)) ? await attack() : [];
if (FEATS.some((words) => only.test(words))) figures.push(...(await crowds()));
printFigures(figures);
