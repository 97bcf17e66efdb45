import { readFileSync } from "node:fs";
import { drivers } from "../driver/registry.ts";
import { systemClock } from "../lib/clock.ts";
import { jsonLog } from "../lib/log.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import {
  demoPlant,
  energyMeters,
  type Fleet,
  type SimulateOptions,
  sensorNetworks,
  simulate,
  TROUBLES_HELP,
} from "../simulator/simulator.ts";
import { type ExitCode, type Io, optionsOf } from "./io.ts";

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
  --firmware VERSION viasens: 1.8, or 2.1, which acknowledges orders (1.8)
  --faults N         viasens: sensors of a node that fail for an hour, in a day (0)
  --stuck SHARE      viasens: of those, sensors that go on with their last value, 0 to 1 (0)
  --dead SHARE       viasens: nodes that fall silent for ever after some minutes, 0 to 1 (0)
  --lose SHARE       viasens: messages that the mesh loses (0)
  --double SHARE     viasens: messages that come twice (0)
  --late SHARE       viasens: messages that come up to half a minute late (0)
  --outage-every SECONDS --outage-for SECONDS   gateways go away and come back, in real time
  --dialect NAME     meter: mindsphere or scorp-io (mindsphere)
  --tenant NAME      meter: MindSphere tenant or SCorp-io project (camexia)
  --meters N         meter: how many (1)
  --every SECONDS    meter: how often it reports, in virtual time (600)
  --seed N           another seed, another week (1)
  --speed X          how many times as fast as real time (1)
  --duration SECONDS ends by itself after so long, in real time
  --verbose          one line for each order that a device obeys

While it runs it takes lines, for what should go wrong now:

${TROUBLES_HELP.replaceAll(/^/gm, "  ")}

When it ends it prints one line of JSON: messages sent, acknowledged, lost.`;

const FALLBACKS = {
  broker: "mqtt://127.0.0.1:1883",
  networks: "1",
  nodes: "10",
  faults: "0",
  stuck: "0",
  firmware: "1.8",
  dead: "0",
  lose: "0",
  double: "0",
  late: "0",
  "outage-for": "20",
  dialect: "mindsphere",
  tenant: "camexia",
  meters: "1",
  every: "600",
  seed: "1",
  speed: "1",
};
const WITHOUT_FALLBACK = [
  "username",
  "password",
  "key",
  "certificate",
  "ca",
  "duration",
  "outage-every",
  "verbose",
] as const;
const WHOLE_NUMBERS = ["networks", "nodes", "meters", "seed"] as const;
const NUMBERS = ["every", "speed", "duration", "outage-every", "outage-for"] as const;
const SHARES = ["stuck", "dead", "lose", "double", "late"] as const;

type Options = typeof FALLBACKS & {
  readonly [Name in (typeof WITHOUT_FALLBACK)[number]]?: string;
};

/** `fieldline simulator`: devices against any broker, until it is asked to stop. */
export async function runSimulator(args: readonly string[], io: Io): Promise<ExitCode> {
  if (args.includes("--help")) {
    io.print(HELP);
    return 0;
  }
  const [what = "", ...rest] = args;
  const given = optionsOf(rest);
  const options: Options = { ...FALLBACKS, ...given };
  const fleet = fleetOf(what, options);
  const connect = connectOf(options);
  const mistakes = mistakesIn(given, options);
  if (!fleet) mistakes.unshift(`cannot simulate '${what}'`);
  if (!connect.ok) mistakes.push(connect.problem);
  if (!fleet || !connect.ok || mistakes.length > 0) {
    for (const mistake of mistakes) io.complain(mistake);
    io.complain("fieldline simulator --help tells more");
    return 2;
  }

  const level = options.verbose === undefined ? "warn" : "info";
  const log = jsonLog(io.log, level, systemClock.now);
  const simulation = simulate(
    { fleet, connect: connect.value, speed: Number(options.speed), ...outageOf(options) },
    { clock: systemClock, drivers, log },
  );
  const stopReading = io.onLine?.((line) => {
    if (!simulation.trouble(line)) io.complain(`cannot do '${line}' here`);
  });
  await untilEnd(io, options.duration);
  stopReading?.();
  await simulation.close();
  io.print(JSON.stringify(simulation.counts()));
  return 0;
}

function mistakesIn(given: Readonly<Record<string, unknown>>, options: Options): string[] {
  const names: readonly string[] = [...Object.keys(FALLBACKS), ...WITHOUT_FALLBACK];
  const wrong = (name: keyof Options, what: string) => `--${name}: '${options[name]}' is ${what}`;
  return [
    ...Object.keys(given)
      .filter((name) => !names.includes(name))
      .map((name) => `no option '${name}'`),
    ...WHOLE_NUMBERS.filter((name) => !/^[1-9]\d{0,5}$/.test(options[name])).map((name) =>
      wrong(name, "not a whole number above 0"),
    ),
    ...NUMBERS.filter((name) => !(Number(options[name] ?? 1) > 0)).map((name) =>
      wrong(name, "not a number above 0"),
    ),
    ...SHARES.filter((name) => !isShare(options[name])).map((name) =>
      wrong(name, "not a share from 0 to 1"),
    ),
    ...(["1.8", "2.1"].includes(options.firmware)
      ? []
      : [wrong("firmware", "neither 1.8 nor 2.1")]),
    ...(/^\d{1,3}$/.test(options.faults) ? [] : [wrong("faults", "not a whole number")]),
    ...(["mindsphere", "scorp-io"].includes(options.dialect)
      ? []
      : [wrong("dialect", "neither mindsphere nor scorp-io")]),
    ...(/^(mqtts?|tcp|tls|wss?):\/\/./.test(options.broker)
      ? []
      : [wrong("broker", "no URL such as mqtt://127.0.0.1:1883")]),
  ];
}

function fleetOf(what: string, options: Options): Fleet | undefined {
  const utcOffsetMs = -new Date(systemClock.now()).getTimezoneOffset() * 60_000;
  const site = { utcOffsetMs, seed: Number(options.seed) };
  switch (what) {
    case "viasens":
      return sensorNetworks(site, networksOf(options));
    case "meter":
      return energyMeters(site, {
        dialect: options.dialect === "scorp-io" ? "scorp-io" : "mindsphere",
        tenant: options.tenant,
        meters: Number(options.meters),
        everyMs: Number(options.every) * 1_000,
      });
    case "plant":
      return demoPlant(site).installations;
    default:
      return undefined;
  }
}

function networksOf(options: Options): Parameters<typeof sensorNetworks>[1] {
  const { networks, nodes, faults, stuck, dead, lose, double, late } = options;
  const shares = {
    dead: Number(dead),
    lost: Number(lose),
    doubled: Number(double),
    late: Number(late),
  };
  const isCalm = Object.values(shares).every((share) => share === 0);
  return {
    networks: Number(networks),
    nodes: Number(nodes),
    faultsPerDay: Number(faults),
    stuckShare: Number(stuck),
    firmware: options.firmware === "2.1" ? "2.1" : "1.8",
    ...(!isCalm && { troubles: shares }),
  };
}

function outageOf(options: Options): Pick<SimulateOptions, "outage"> {
  const every = options["outage-every"];
  if (every === undefined) return {};
  const lastsMs = Number(options["outage-for"]) * 1_000;
  return { outage: { everyMs: Number(every) * 1_000, lastsMs } };
}

function isShare(text: string): boolean {
  const share = Number(text);
  return text.trim() !== "" && share >= 0 && share <= 1;
}

function connectOf(options: Options): Outcome<SimulateOptions["connect"], string> {
  const { broker, password } = options;
  const username = options.username ?? (password === undefined ? undefined : "{client}");
  const tls = tlsOf(options);
  if (!tls.ok) return tls;
  return success(({ clientId }) => ({
    broker,
    clientId,
    tls: tls.value,
    ...(username !== undefined && { username: username.replaceAll("{client}", clientId) }),
    ...(password !== undefined && { password: password.replaceAll("{client}", clientId) }),
  }));
}

function tlsOf(options: Options): Outcome<Record<string, string>, string> {
  const texts: Record<string, string> = {};
  for (const name of ["key", "certificate", "ca"] as const) {
    const file = options[name];
    if (file === undefined) continue;
    try {
      texts[name] = readFileSync(file, "utf8");
    } catch {
      return failure(`--${name}: cannot read '${file}'`); // Which file is what a person needs.
    }
  }
  return success(texts);
}

function untilEnd(io: Io, durationS: string | undefined): Promise<void> {
  return new Promise((resolve) => {
    io.onStop(resolve);
    if (durationS !== undefined) systemClock.after(Number(durationS) * 1_000, resolve);
  });
}
