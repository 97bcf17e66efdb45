import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { drivers } from "../driver/registry.ts";
import { systemClock } from "../lib/clock.ts";
import { jsonLog } from "../lib/log.ts";
import {
  demoPlant,
  energyMeters,
  type Fleet,
  type SimulateOptions,
  sensorNetworks,
  simulate,
} from "../simulator/simulator.ts";
import type { ExitCode, Io } from "./io.ts";

const HELP = `fieldline simulator viasens|meter|plant [options]

  viasens   smart-sensor networks, one connection each
  meter     the energy meter of the example
  plant     Harbour Works, the demo plant: a network, two meters, a pump skid

  --broker URL       where to, mqtt:// or mqtts:// (mqtt://127.0.0.1:1883)
  --username NAME    {client} stands for each connection's client id ({client}, with a password)
  --password TEXT    as above
  --key FILE --certificate FILE --ca FILE   PEM, for mqtts:// with a client certificate
  --networks N       viasens: networks (1)
  --nodes M          viasens: nodes in each network (10)
  --dialect NAME     meter: mindsphere or scorp-io (mindsphere)
  --tenant NAME      meter: MindSphere tenant or SCorp-io project (camexia)
  --meters N         meter: how many (1)
  --every SECONDS    meter: how often it reports, in virtual time (600)
  --seed N           another seed, another week (1)
  --speed X          how many times as fast as real time (1)
  --duration SECONDS ends by itself after so long, in real time
  --verbose          one line for each order that a device obeys

When it ends it prints one line of JSON: messages sent, acknowledged, lost.`;

const OPTIONS = {
  broker: { type: "string", default: "mqtt://127.0.0.1:1883" },
  username: { type: "string" },
  password: { type: "string" },
  key: { type: "string" },
  certificate: { type: "string" },
  ca: { type: "string" },
  networks: { type: "string", default: "1" },
  nodes: { type: "string", default: "10" },
  dialect: { type: "string", default: "mindsphere" },
  tenant: { type: "string", default: "camexia" },
  meters: { type: "string", default: "1" },
  every: { type: "string", default: "600" },
  seed: { type: "string", default: "1" },
  speed: { type: "string", default: "1" },
  duration: { type: "string" },
  verbose: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

type Values = ReturnType<typeof parse>["values"];

/** `fieldline simulator`: devices against any broker, until it is asked to stop. */
export async function runSimulator(args: readonly string[], io: Io): Promise<ExitCode> {
  const parsed = attempt(() => parse(args));
  if (!parsed.ok) return complain(io, parsed.detail);
  const { values, positionals } = parsed.value;
  if (values.help) {
    io.print(HELP);
    return 0;
  }
  const mistakes = mistakesIn(values);
  if (mistakes.length > 0) return complain(io, mistakes.join("\n"));
  const fleet = fleetOf(positionals.join(" "), values);
  if (!fleet) return complain(io, `cannot simulate '${positionals.join(" ")}'`);
  const connect = attempt(() => connectOf(values));
  if (!connect.ok) return complain(io, connect.detail);

  const level = values.verbose ? "info" : "warn";
  const log = jsonLog((line) => io.complain(line.trimEnd()), level, systemClock.now);
  const simulation = simulate(
    { fleet, connect: connect.value, speed: Number(values.speed) },
    { clock: systemClock, drivers, log },
  );
  await untilEnd(io, values.duration);
  await simulation.close();
  io.print(JSON.stringify(simulation.counts()));
  return 0;
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
}

function mistakesIn(values: Values): string[] {
  const wholes = ["networks", "nodes", "meters", "seed"] as const;
  const numbers = ["every", "speed", "duration"] as const;
  return [
    ...wholes
      .filter((name) => !/^[1-9]\d{0,5}$/.test(values[name]))
      .map((name) => `--${name}: '${values[name]}' is not a whole number above 0`),
    ...numbers
      .filter((name) => values[name] !== undefined && !(Number(values[name]) > 0))
      .map((name) => `--${name}: '${values[name]}' is not a number above 0`),
    ...(["mindsphere", "scorp-io"].includes(values.dialect)
      ? []
      : [`--dialect: '${values.dialect}' is neither mindsphere nor scorp-io`]),
  ];
}

function fleetOf(what: string, values: Values): Fleet | undefined {
  const site = {
    utcOffsetMs: -new Date(systemClock.now()).getTimezoneOffset() * 60_000,
    seed: Number(values.seed),
  };
  switch (what) {
    case "viasens":
      return sensorNetworks(site, {
        networks: Number(values.networks),
        nodes: Number(values.nodes),
      });
    case "meter":
      return energyMeters(site, {
        dialect: values.dialect === "scorp-io" ? "scorp-io" : "mindsphere",
        tenant: values.tenant,
        meters: Number(values.meters),
        everyMs: Number(values.every) * 1_000,
      });
    case "plant":
      return demoPlant(site).installations;
    default:
      return undefined;
  }
}

function connectOf(values: Values): SimulateOptions["connect"] {
  const read = (file: string | undefined) => file && readFileSync(file, "utf8");
  const [key, certificate, ca] = [values.key, values.certificate, values.ca].map(read);
  const username = values.username ?? (values.password === undefined ? undefined : "{client}");
  return ({ clientId }) => ({
    broker: values.broker,
    clientId,
    ...(username !== undefined && { username: username.replaceAll("{client}", clientId) }),
    ...(values.password !== undefined && {
      password: values.password.replaceAll("{client}", clientId),
    }),
    tls: { ...(key && { key }), ...(certificate && { certificate }), ...(ca && { ca }) },
  });
}

function untilEnd(io: Io, durationS: string | undefined): Promise<void> {
  return new Promise((resolve) => {
    io.onStop(resolve);
    if (durationS !== undefined) systemClock.after(Number(durationS) * 1_000, resolve);
  });
}

type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly detail: string };

/** For what the platform throws where a person made a mistake. */
function attempt<T>(work: () => T): Attempt<T> {
  try {
    return { ok: true, value: work() };
  } catch (reason) {
    return { ok: false, detail: reason instanceof Error ? reason.message : String(reason) };
  }
}

function complain(io: Io, mistakes: string): ExitCode {
  io.complain(`${mistakes}\n\n${HELP}`);
  return 2;
}
