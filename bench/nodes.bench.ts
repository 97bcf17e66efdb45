import { performance } from "node:perf_hooks";
import { drivers } from "../src/driver/registry.ts";
import { systemClock } from "../src/lib/clock.ts";
import { silentLog } from "../src/lib/log.ts";
import { type Simulation, sensorNetworks, simulate } from "../src/simulator/simulator.ts";
import { enrol } from "../test/enrol.ts";
import { House, until } from "../test/house.ts";
import { printFigures } from "./figure.ts";
import { cpuSecondsOf, optionsOf, printTable, rounded } from "./measure.ts";
import { Mosquitto } from "./mosquitto.ts";

/**
 * After a power cut all nodes of a building start within five seconds, each with all its values.
 * Ours gives every node its place and its series and stores what it says before it acknowledges;
 * mosquitto, beside it, acknowledges and keeps nothing.
 */
const options = optionsOf({ nodes: 1_000, networks: 4 });
/** Types of message that a node starts with, health among them. */
const VALUES = 8;
const WITHIN_MS = 120_000;

type Login = { readonly clientId: string; readonly username?: string; readonly password?: string };
type Round = { readonly seconds: number; readonly cpuSeconds: number; readonly lost: number };

const ours = await startAtHouse();
const mosquitto = await startAtMosquitto();
const rowOf = (who: string, { seconds, cpuSeconds, lost }: Round) => ({
  "1,000 nodes start within 5 s": who,
  "all acknowledged after, s": rounded(seconds),
  "CPU, s": rounded(cpuSeconds),
  "messages lost": lost,
});
printTable([rowOf("Fieldline: stored", ours), rowOf("mosquitto: acknowledged", mosquitto)]);
printFigures([
  { figure: "nodes known, each once", measured: ours.nodes, atLeast: options.nodes },
  { figure: "values that are missing", measured: ours.missing, atMost: 0 },
  { figure: "messages lost", measured: ours.lost, atMost: 0 },
]);

async function startAtHouse(): Promise<Round & { nodes: number; missing: number }> {
  const house = await (await House.open()).signIn();
  try {
    const logins = new Map<string, Login>();
    for (let number = 1; number <= options.networks; number += 1) {
      const tenant = `network-${number}`;
      const { plain } = await enrol(house, { kind: "viasens", tenant, name: tenant });
      const { username = "", password = "", clientId = "" } = plain;
      logins.set(tenant, { clientId, username, password });
    }
    const broker = `mqtt://127.0.0.1:${house.ports.mqtt}`;
    const round = await start(house.pid, (name) => ({ broker, clientId: "", ...logins.get(name) }));
    const { items } = await house.call("GET", `/inbox?limit=${options.nodes}`);
    const nodes = new Set(items.map(({ address }: { address: string }) => address)).size;
    const values = items.map(({ channels }: { channels: unknown[] }) => channels.length);
    const found = values.reduce((sum: number, length: number) => sum + length, 0);
    return { ...round, nodes, missing: options.nodes * VALUES - found };
  } finally {
    await house.close();
  }
}

async function startAtMosquitto(): Promise<Round> {
  const mosquitto = await Mosquitto.open();
  try {
    const broker = `mqtt://127.0.0.1:${mosquitto.port}`;
    return await start(mosquitto.pid, (name) => ({ broker, clientId: name }));
  } finally {
    await mosquitto.close();
  }
}

/** From the first node until nothing waits for its acknowledgement, the nodes' five seconds too. */
async function start(
  pid: number,
  connect: (name: string) => Login & { readonly broker: string },
): Promise<Round> {
  const perNetwork = Math.ceil(options.nodes / options.networks);
  const fleet = { networks: options.networks, nodes: perNetwork };
  const before = cpuSecondsOf(pid);
  const begin = performance.now();
  const simulation: Simulation = simulate(
    {
      fleet: sensorNetworks({ utcOffsetMs: 0, seed: 3 }, fleet),
      connect: ({ name }) => connect(name),
      speed: 1,
    },
    { clock: systemClock, drivers, log: silentLog },
  );
  try {
    await until("every message is acknowledged", () => isThrough(simulation), WITHIN_MS);
    const seconds = (performance.now() - begin) / 1000;
    return { seconds, cpuSeconds: cpuSecondsOf(pid) - before, lost: simulation.counts().lost };
  } finally {
    await simulation.close();
  }
}

function isThrough(simulation: Simulation): boolean {
  const { sent, acknowledged } = simulation.counts();
  return sent >= options.nodes * VALUES && acknowledged === sent;
}
