import { fileURLToPath } from "node:url";
import { type Api, openApi } from "../api/api.ts";
import type { Timestamp } from "../domain/brand.ts";
import type { Problem } from "../domain/problem.ts";
import { drivers } from "../driver/registry.ts";
import { systemClock } from "../lib/clock.ts";
import { Closer } from "../lib/closer.ts";
import { jsonLog, type Log } from "../lib/log.ts";
import { type Outcome, success } from "../lib/outcome.ts";
import type { Reception } from "../relay/relay.ts";
import type { Uplink } from "../uplink/uplink.ts";
import { ServerBackups } from "./backups.ts";
import type { Address, Config } from "./config.ts";
import { Demo } from "./demo.ts";
import { type Ground, openGround } from "./ground.ts";
import { configOf, type ExitCode, type Io } from "./io.ts";
import { OutboxWatch } from "./outbox-watch.ts";
import { retentionOf } from "./retention.ts";
import { openRooms, type Rooms } from "./rooms.ts";
import { startUplink } from "./uplink.ts";
import { VERSION } from "./version.ts";
import { openWire } from "./wire.ts";
import { openWorkers } from "./workers.ts";

const HOUR_MS = 3_600_000;

/** `fieldline server`: the whole product in one process, until it is asked to stop. */
export async function runServer(args: readonly string[], io: Io): Promise<ExitCode> {
  const config = configOf(args, io);
  if (!config) return 2;
  const log = jsonLog(io.log, config["log-level"], systemClock.now);
  const closer = new Closer();
  stayAlive(closer);
  const opened =
    config.role === "ingest"
      ? await openWorkerOf(config, log, closer)
      : await openHouse(config, log, closer);
  if (opened.ok) {
    for (const line of opened.value) io.print(line);
    await new Promise<void>((resolve) => io.onStop(resolve));
  } else {
    io.complain(`${opened.problem.code}: ${opened.problem.detail}`);
  }
  for (const { name, reason } of await closer.closeAll()) {
    log.error("could not close", { name, reason: String(reason) });
  }
  return opened.ok ? 0 : 2;
}

/** Between two tries to reach another broker nothing else keeps this process alive. */
function stayAlive(closer: Closer): void {
  const timer = setInterval(() => {}, HOUR_MS);
  closer.add("life", async () => clearInterval(timer));
}

type House = {
  readonly setupToken: string | null;
  readonly ports: Readonly<Record<"mqtt" | "mqtts", number | null>> & { readonly http: number };
};

/** Takes in for a house elsewhere. */
async function openWorkerOf(
  config: Config,
  log: Log,
  closer: Closer,
): Promise<Outcome<readonly string[], Problem>> {
  const { openWorker } = await import("./worker.ts");
  const opened = await openWorker(config, log, closer);
  if (!opened.ok) return opened;
  const { worker, workers, house } = config;
  if (config["print-ports"]) return success([JSON.stringify({ worker, workers })]);
  return success([`Fieldline ${VERSION}, worker ${worker} of ${workers} for ${house}`]);
}

/** Puts the house together, from the ground up; `closer` takes it apart in reverse. */
async function openHouse(
  config: Config,
  log: Log,
  closer: Closer,
): Promise<Outcome<readonly string[], Problem>> {
  const ground = await openGround(config, log, closer);
  if (!ground.ok) return ground;
  const rooms = await openRooms(ground.value, config, closer);
  const wire = await openWire(ground.value, rooms, config, closer);
  if (!wire.ok) return wire;
  const broker = wire.value;
  const sayHere = announcer(broker, config["sparkplug-host"], ground.value.clock);
  // Another broker is told whenever the house comes to it, together with what it is to say after.
  if (!config.broker) await sayHere(true);
  closer.add("announcement", () => sayHere(false));

  const demo = new Demo({ ...ground.value, ...rooms, broker, drivers, log: log.child("demo") });
  rooms.later.demo = demo;
  closer.add("demo", () => demo.stop());
  const uplink = await startUplink({ ground: ground.value, ingest: rooms.ingest, closer }, config);
  if (!uplink.ok) return uplink;
  const isWhole = config.database === null;
  const backups = new ServerBackups({ ...ground.value, data: config.data, isWhole });
  closer.add("backups", () => backups.close());
  const outbox = watchOutbox(ground.value, config, closer);
  const workers = await openWorkers(ground.value, rooms, config, closer);
  if (!workers.ok) return workers;
  const above = { reception: workers.value, uplink: uplink.value };
  const inside = { ground: ground.value, rooms, broker, demo, backups, outbox, ...above };
  const api = await openDoors(inside, config);
  if (!api.ok) return api;
  rooms.later.httpPort = api.value.port;
  closer.add("api", () => api.value.close());
  closer.add("commands", async () => rooms.commands.close());
  if (config.demo || (await demo.isWanted())) {
    const started = await demo.start();
    if (!started.ok) return started;
  }
  const ports = { http: api.value.port, ...broker.ports };
  return success(greeting(config, { setupToken: rooms.access.setupToken, ports }));
}

type Inside = {
  readonly ground: Ground;
  readonly rooms: Rooms;
  readonly broker: Parameters<typeof openApi>[1]["broker"];
  readonly demo: Demo;
  readonly backups: ServerBackups;
  readonly outbox: OutboxWatch;
  readonly reception: Reception | null;
  readonly uplink: Uplink | undefined;
};

/** Targets of the outbox are called as the options that say where they are. */
function watchOutbox(ground: Ground, config: Config, closer: Closer): OutboxWatch {
  const { journal } = ground;
  const targets = (["uplink", "database"] as const).filter((name) => config[name] !== null);
  const record = journal.record.bind(journal);
  const watch = new OutboxWatch({ ...ground, targets, record });
  void watch.start(); // A database that answers nothing holds up no start.
  closer.add("outbox watch", async () => watch.close());
  return watch;
}

/** Tells those who ask for it that the house is here, and before it goes, that it is not. */
function announcer(broker: Inside["broker"], name: string, clock: Ground["clock"]) {
  return async (isHere: boolean) => {
    for (const driver of drivers) {
      const message = driver.announce?.({ name, isHere, at: clock.now() as Timestamp });
      if (message) await broker.send(message);
    }
  };
}

/** Until an owner exists, nobody from elsewhere may come near. */
function openDoors(
  { ground, rooms, broker, demo, backups, outbox, reception, uplink }: Inside,
  config: Config,
): Promise<Outcome<Api, Problem>> {
  const { later, links: modelLinks, clockWatch, ...opened } = rooms;
  const isNew = rooms.access.setupToken !== null;
  const options = {
    http: isNew ? { ...config.http, host: "127.0.0.1" } : config.http,
    afterSetUp: config.http,
    screens: fileURLToPath(new URL("../ui/", import.meta.url)),
    version: VERSION,
    mqttAck: config["mqtt-ack"],
    mqttWebsocket: config["mqtt-websocket"],
    brokerSecret: config["broker-secret"],
    workerSecret: config["worker-secret"],
  };
  const onChanged = (call: (subject: string) => void) => void later.watchers.push(call);
  const { disk, historian, losses } = ground;
  const unready = () =>
    [
      ...[
        broker.trouble?.detail ?? [],
        historian.trouble ?? [],
        uplink?.trouble ?? [],
        outbox.reasons,
        losses.reasons,
        disk.reasons,
        clockWatch.reasons,
      ],
      reception?.troubles() ?? [],
    ].flat();
  const refusal = () => disk.refusal;
  const retention = retentionOf(config);
  const outside = {
    ...{ broker, drivers, demo, backups, outbox, reception, uplink },
    ...{ onChanged, unready, refusal, retention, seeDisk: () => disk.beSeen() },
  };
  return openApi(options, { ...ground, ...opened, ...outside, modelLinks });
}

function greeting(config: Config, { ports, setupToken }: House): string[] {
  const screens = urlOf(config.http, ports.http, setupToken !== null);
  const setup = setupToken === null ? null : `${screens}setup#${setupToken}`;
  const [node] = config.broker?.hosts ?? [];
  const place = node ? `at ${node.host},` : "on";
  if (config["print-ports"]) return [JSON.stringify({ ...ports, setup })];
  return [
    `Fieldline ${VERSION}, data in ${config.data}`,
    setup ? `Set up (once, within the hour): ${setup}` : `Open ${screens}`,
    ...(ports.mqtt === null ? [] : [`MQTT ${place} port ${ports.mqtt}`]),
    ...(ports.mqtts === null ? [] : [`MQTT over TLS ${place} port ${ports.mqtts}`]),
  ];
}

/** An address that a browser on this machine can open. */
function urlOf({ host }: Address, port: number, isNew: boolean): string {
  const isAny = host === "0.0.0.0" || host === "::";
  const name = isNew || isAny ? "127.0.0.1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}/`;
}
