import type { Durability } from "../domain/durability.ts";
import { LIMIT } from "../domain/limit.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { urlsOfHosts } from "../lib/url-hosts.ts";

/** Host and port, as `--http 0.0.0.0:8080` says them. */
export type Address = { readonly host: string; readonly port: number };

/** Another broker, as `--broker mqtts://user:password@host:8883` says it. */
export type BrokerAddress = {
  readonly hosts: readonly Address[];
  readonly isTls: boolean;
  readonly username: string | null;
  readonly password: string | null;
};

type Setting<T> = {
  readonly fallback: T;
  /** What stands in docs and help where the fallback is shown. */
  readonly shown: string;
  readonly parse: (text: string) => T | undefined;
  readonly help: string;
  /** It holds a secret, which is not repeated where it cannot be read. */
  readonly isSecret?: boolean;
};

const setting = <T>(fallback: T, shown: string, rest: Omit<Setting<T>, "fallback" | "shown">) =>
  ({ fallback, shown, ...rest }) satisfies Setting<T>;

/**
 * Every setting of the server, once. The option `--mqtt-websocket` is the variable
 * `FIELDLINE_MQTT_WEBSOCKET` and the key `mqtt-websocket` of the file. docs/config.md lists the
 * same rows; a test compares them.
 */
export const SETTINGS = {
  data: setting("./data", "./data", {
    parse: parseText,
    help: "Everything Fieldline remembers, in one folder.",
  }),
  http: setting<Address>({ host: "127.0.0.1", port: 8080 }, "127.0.0.1:8080", {
    parse: parseAddress,
    help: "Screens, APIs and live feed. Opened on 127.0.0.1 only until an owner exists.",
  }),
  mqtt: setting<Address | null>({ host: "127.0.0.1", port: 1883 }, "127.0.0.1:1883", {
    parse: parseAddressOrOff,
    help: "MQTT over TCP, or `off`.",
  }),
  mqtts: setting<Address | null>({ host: "0.0.0.0", port: 8883 }, "0.0.0.0:8883", {
    parse: parseAddressOrOff,
    help: "MQTT over TLS with client certificates, or `off`.",
  }),
  broker: setting<BrokerAddress | null>(null, "", {
    parse: parseBroker,
    isSecret: true,
    help: "`mqtt://user:password@host:port` or `mqtts://…`: another broker than the built-in one.",
  }),
  "broker-ca": setting<string | null>(null, "", {
    parse: parseText,
    help: "PEM file of the CA that signed that broker's certificate, where the system has it not.",
  }),
  "broker-certificate": setting<string | null>(null, "", {
    parse: parseText,
    help: "PEM file of the certificate that Fieldline shows to that broker.",
  }),
  "broker-key": setting<string | null>(null, "", {
    parse: parseText,
    help: "PEM file of that certificate's private key.",
  }),
  "broker-rights": setting<"none" | "dynamic-security">("none", "none", {
    parse: (text) => (["none", "dynamic-security"] as const).find((way) => way === text),
    help: "Whether that broker's rights are kept in step: none, or Mosquitto's dynamic-security.",
  }),
  "broker-secret": setting<string | null>(null, "", {
    parse: (text) => (/^[\w-]{20,200}$/.test(text) ? text : undefined),
    isSecret: true,
    help: "What brokers show who ask for rights over HTTP: 20 letters, digits, `-`, `_` or more.",
  }),
  "broker-share": setting("fieldline", "fieldline", {
    parse: (text) => (/^[\w-]{1,32}$/.test(text) ? text : undefined),
    help: "The name of this installation at that broker, if it serves several.",
  }),
  role: setting<"whole" | "web" | "ingest">("whole", "whole", {
    parse: (text) => (["whole", "web", "ingest"] as const).find((role) => role === text),
    help: "`whole`; or beside another broker `web`, and `ingest` for each worker that takes in.",
  }),
  workers: setting(1, "1", {
    parse: parseCount,
    help: "How many workers take in; said to all of them and to `--role web` alike.",
  }),
  worker: setting(0, "0", {
    parse: (text) => (/^\d{1,2}$/.test(text) ? Number(text) : undefined),
    help: "Which of them this one is, from 0; with `--role ingest`.",
  }),
  "worker-secret": setting<string | null>(null, "", {
    parse: (text) => (/^[\w-]{20,200}$/.test(text) ? text : undefined),
    isSecret: true,
    help: "What workers show to the house: 20 letters, digits, `-`, `_` or more.",
  }),
  house: setting<string | null>(null, "", {
    parse: (text) => (/^https?:\/\//.test(text) && URL.canParse(text) ? text : undefined),
    help: "Where a worker finds the house: `http://host:8080`; with `--role ingest`.",
  }),
  "mqtt-ack": setting<Durability>("synced", "synced", {
    parse: (text) => (["synced", "written"] as const).find((when) => when === text),
    help: "Acknowledge what is synced to the disk, or `written`: a power cut may take the newest.",
  }),
  "mqtt-websocket": setting(false, "off", {
    parse: parseSwitch,
    help: "MQTT over WebSocket at `/mqtt` on the HTTP port.",
  }),
  profile: setting<"server" | "gateway">("server", "server", {
    parse: (text) => (["server", "gateway"] as const).find((profile) => profile === text),
    help: "Whether there is memory to use, or a card to spare: server, or gateway.",
  }),
  "commit-ms": setting<number | null>(null, "0, of a gateway 1000", {
    parse: (text) => (/^\d{1,4}$/.test(text) && Number(text) <= 5_000 ? Number(text) : undefined),
    help: "Samples of so many milliseconds, at most 5000, share one write to the disk.",
  }),
  uplink: setting<BrokerAddress | null>(null, "", {
    parse: parseBroker,
    isSecret: true,
    help: "`mqtts://server:8883` or `mqtt://user:password@…`: the server that samples go up to.",
  }),
  "uplink-name": setting<string | null>(null, "", {
    parse: (text) => (/^[\w.-]{1,64}$/.test(text) ? text : undefined),
    help: "What the server calls this gateway: the name of its agent there.",
  }),
  "uplink-ca": setting<string | null>(null, "", {
    parse: parseText,
    help: "PEM file of the CA that signed that server's certificate: `ca.crt` of the bundle.",
  }),
  "uplink-certificate": setting<string | null>(null, "", {
    parse: parseText,
    help: "PEM file of the gateway's certificate there: `agent.crt` of the bundle.",
  }),
  "uplink-key": setting<string | null>(null, "", {
    parse: parseText,
    help: "PEM file of that certificate's private key: `agent.key` of the bundle.",
  }),
  database: setting<string | null>(null, "", {
    parse: parseDatabase,
    isSecret: true,
    help: "`postgres://user:password@host/name`: keep the history there, not in the folder.",
  }),
  demo: setting(false, "off", {
    parse: parseSwitch,
    help: "The demo plant runs beside your own data; one click removes it.",
  }),
  "host-names": setting<readonly string[]>([], "", {
    parse: (text) => text.split(",").flatMap((name) => name.trim() || []),
    help: "More names of this machine for its certificate, separated by commas.",
  }),
  "sparkplug-host": setting("fieldline", "fieldline", {
    parse: (text) => (/^[^/+#\p{C}]+$/u.test(text) ? text : undefined),
    help: "The name under which Sparkplug edge nodes find their host: `spBv1.0/STATE/<name>`.",
  }),
  strict: setting(false, "off", {
    parse: parseSwitch,
    help: "Refuse messages that do not keep to their specification where one reading is possible.",
  }),
  "keep-raw": setting<number | null>(null, "forever", {
    parse: parseDays,
    help: "Days that samples are kept, or `forever`; what each hour came to stays after that.",
  }),
  "keep-hourly": setting<number | null>(null, "forever", {
    parse: parseDays,
    help: "Days that it is known what an hour came to, or `forever`; more than `keep-raw`.",
  }),
  "keep-daily": setting<number | null>(null, "forever", {
    parse: parseDays,
    help: "Days that it is known what a day came to, or `forever`; more than `keep-hourly`.",
  }),
  "disk-budget": setting<number | null>(null, "the disk", {
    parse: parseBytes,
    help: "Bytes that the data folder may take, such as `20G`; samples are refused beyond them.",
  }),
  "log-level": setting<"debug" | "info" | "warn" | "error">("warn", "warn", {
    parse: (text) => (["debug", "info", "warn", "error"] as const).find((level) => level === text),
    help: "The least important log lines to write: debug, info, warn or error.",
  }),
  "print-ports": setting(false, "off", {
    parse: parseSwitch,
    help: "Print one line of JSON with the ports that were taken, for scripts.",
  }),
};

export type Config = {
  readonly [Name in keyof typeof SETTINGS]: (typeof SETTINGS)[Name]["fallback"];
};

export type ConfigSources = {
  /** By option name, as on the command line; `""` for an option without a value. */
  readonly options: Readonly<Record<string, string | undefined>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly file: Readonly<Record<string, string | undefined>>;
};

/** Option, environment, file, fallback: the first that says something. All mistakes are told. */
export function readConfig(sources: ConfigSources): Outcome<Config, readonly string[]> {
  const mistakes = unknownNames(sources);
  const entries = Object.entries(SETTINGS).map(([name, row]) => {
    const { text, where } = saidOf(name, sources);
    const value = text === undefined ? row.fallback : row.parse(text);
    const shown = "isSecret" in row ? "it" : `'${text}'`;
    if (value === undefined) mistakes.push(`${where}: cannot read ${shown}. ${row.help}`);
    return [name, value];
  });
  return mistakes.length > 0
    ? failure(mistakes)
    : success(Object.freeze(Object.fromEntries(entries)));
}

export function variableOf(name: string): string {
  return `FIELDLINE_${name.toUpperCase().replaceAll("-", "_")}`;
}

/** The table of options for `--help`. */
export function settingsHelp(): string {
  const rows = Object.entries(SETTINGS).map(([name, { shown, help }]) => {
    const fallback = shown ? ` (default ${shown})` : "";
    return `  --${name.padEnd(18)} ${help}${fallback}`;
  });
  return `${rows.join("\n")}\n  --${"config".padEnd(18)} A JSON file with the same names as keys.`;
}

function saidOf(name: string, { options, environment, file }: ConfigSources) {
  const variable = variableOf(name);
  if (options[name] !== undefined) return { text: options[name], where: `--${name}` };
  if (environment[variable] !== undefined) return { text: environment[variable], where: variable };
  return { text: file[name], where: `'${name}' in the file` };
}

function unknownNames({ options, file }: ConfigSources): string[] {
  const isUnknown = (name: string) => !Object.hasOwn(SETTINGS, name);
  return [
    ...Object.keys(options)
      .filter(isUnknown)
      .map((name) => `--${name}: there is no such option`),
    ...Object.keys(file)
      .filter(isUnknown)
      .map((name) => `'${name}' in the file: no such setting`),
  ];
}

function parseText(text: string): string | undefined {
  return text || undefined;
}

/** Of workers; see LIMIT. */
function parseCount(text: string): number | undefined {
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= LIMIT.workers ? count : undefined;
}

function parseSwitch(text: string): boolean | undefined {
  if (["", "on", "true", "1", "yes"].includes(text.toLowerCase())) return true;
  return ["off", "false", "0", "no"].includes(text.toLowerCase()) ? false : undefined;
}

/** A number of bytes, or with K, M, G or T behind it of their multiples by 1024. */
function parseBytes(text: string): number | null | undefined {
  if (text.toLowerCase() === "the disk") return null;
  const [, digits = "", unit = ""] = /^(\d{1,15}(?:\.\d{1,3})?)([kmgt])?i?b?$/i.exec(text) ?? [];
  const power = ["", "k", "m", "g", "t"].indexOf(unit.toLowerCase());
  const bytes = Math.floor(Number(digits) * 1024 ** power);
  return bytes > 0 ? bytes : undefined;
}

function parseDays(text: string): number | null | undefined {
  if (text.toLowerCase() === "forever") return null;
  const days = Number(text);
  return /^\d{1,6}$/.test(text) && days > 0 ? days : undefined;
}

function parseAddressOrOff(text: string): Address | null | undefined {
  return text.toLowerCase() === "off" ? null : parseAddress(text);
}

/** `host:port`, `[::1]:port`, or a port alone, which means this machine only. */
function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([^\]]+)\]:|([^:[\]]+):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) return undefined;
  return { host: match[1] ?? match[2] ?? "127.0.0.1", port };
}

/** What else it says is for PostgreSQL's client to understand. */
function parseDatabase(text: string): string | undefined {
  return /^postgres(ql)?:\/\//.test(text) && urlsOfHosts(text) ? text : undefined;
}

/** A cluster's further nodes follow the URL: `mqtt://user:password@one:1883,two:1883`. */
function parseBroker(text: string): BrokerAddress | undefined {
  const [first = "", ...others] = text.split(",");
  if (!URL.canParse(first)) return undefined;
  const url = new URL(first);
  const isTls = url.protocol === "mqtts:";
  const [username, password] = [decoded(url.username), decoded(url.password)];
  if (!isBareMqtt(url) || username === undefined || password === undefined) return undefined;
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const standard = isTls ? 8883 : 1883;
  const further = others.map(parseAddress).filter((node) => node !== undefined);
  if (further.length < others.length) return undefined;
  const hosts = [{ host, port: url.port === "" ? standard : Number(url.port) }, ...further];
  return { hosts, isTls, username: username || null, password: password || null };
}

function isBareMqtt({ protocol, hostname, pathname }: URL): boolean {
  return /^mqtts?:$/.test(protocol) && hostname !== "" && /^\/?$/.test(pathname);
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined; // A per cent sign that begins nothing.
  }
}
