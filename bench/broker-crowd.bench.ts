import { connectAsync } from "mqtt";
import { House } from "../test/house.ts";
import { crowdAgents } from "./agents.ts";
import { Crowd } from "./crowd-process.ts";
import { printFigures } from "./figure.ts";
import { median, optionsOf, quantile, residentMegabytes } from "./measure.ts";

/**
 * Very many clients of the whole server: what one costs that is there and says nothing, and how
 * those are served who stay while all others come back over TLS at once. A part with nothing to do
 * is left out: `--idle 0`, `--storm 0`.
 */
const options = optionsOf({ rounds: 3, idle: 1_000, storm: 5_000 });
/** A person's patience, and a device's: one message so often while the others come back. */
const ASK_EVERY_MS = 50;
/** The server tells of its last five seconds. */
const LOOP_EVERY_MS = 2_500;

async function idle(isTls: boolean): Promise<number> {
  const house = await (await House.open(["--mqtts", "127.0.0.1:0"])).signIn();
  const accounts = await crowdAgents(house, options.idle);
  const before = residentMegabytes(house.pid);
  const crowd = await Crowd.open(house, { tls: isTls, clients: options.idle, accounts });
  const megabytes = residentMegabytes(house.pid) - before;
  await crowd.close();
  await house.close();
  return megabytes;
}

type Storm = {
  readonly seconds: number;
  readonly waits: readonly number[];
  /** What the server says of its own main thread. */
  readonly loopMs: number;
};

async function storm(): Promise<Storm> {
  const house = await (await House.open(["--mqtts", "127.0.0.1:0"])).signIn();
  const accounts = await crowdAgents(house, options.storm);
  const crowd = await Crowd.open(house, { tls: true, clients: options.storm, accounts });
  const [account] = accounts;
  const there = await connectAsync({
    ...{ host: "127.0.0.1", port: house.ports.mqtt, clientId: "there" },
    ...{ username: account?.username ?? "", password: account?.password ?? "" },
  });
  // A device that nobody knows is entered once: that is not what is measured.
  await there.publishAsync("crowd/there", "0", { qos: 1 });
  const waits: number[] = [];
  const watching = setInterval(async () => {
    const before = performance.now();
    await there.publishAsync("crowd/there", "1", { qos: 1 });
    waits.push(performance.now() - before);
  }, ASK_EVERY_MS);
  let loopMs = 0;
  const asking = setInterval(async () => {
    loopMs = Math.max(loopMs, await loopDelayOf(house));
  }, LOOP_EVERY_MS);
  const seconds = await crowd.comeBack();
  await new Promise((resolve) => setTimeout(resolve, 2 * LOOP_EVERY_MS));
  clearInterval(asking);
  clearInterval(watching);
  await there.endAsync();
  await crowd.close();
  await house.close();
  return { seconds, waits, loopMs };
}

async function loopDelayOf(house: House): Promise<number> {
  const text = await (await house.request("GET", "/metrics")).text();
  return Number(/^fieldline_loop_delay_ms_max (.*)$/m.exec(text)?.[1] ?? 0);
}

function ofThousand(megabytes: readonly number[]): number {
  return (median(megabytes) / options.idle) * 1_000;
}

const plain: number[] = [];
const tls: number[] = [];
const back: number[] = [];
const longest: number[] = [];
const waited: number[] = [];
const stalled: number[] = [];
for (let round = 0; round < options.rounds; round += 1) {
  if (options.idle > 0) {
    plain.push(await idle(false));
    tls.push(await idle(true));
  }
  if (options.storm > 0) {
    const { seconds, waits, loopMs } = await storm();
    stalled.push(loopMs);
    back.push(seconds);
    longest.push(Math.max(...waits));
    waited.push(quantile(waits, 0.99));
  }
}
const { storm: many } = options;
printFigures([
  { figure: "MB for 1,000 idle clients, plain", measured: ofThousand(plain), atMost: 12 },
  { figure: "MB for 1,000 idle clients, TLS", measured: ofThousand(tls), atMost: 35 },
  {
    figure: `${many} TLS clients cut off at once: all back, s`,
    measured: median(back),
    atMost: 30,
  },
  { figure: "meanwhile, its loop stalls at most, ms", measured: median(stalled), atMost: 250 },
  { figure: "meanwhile, who was there waits at most, ms", measured: median(longest), atMost: 250 },
  { figure: "meanwhile, who was there waits, p99 ms", measured: median(waited), atMost: 250 },
]);
