import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openAccess } from "../src/access/access.ts";
import { openAgents } from "../src/agent/agent.ts";
import { openApi } from "../src/api/api.ts";
import type { ApiOptions, ApiParts } from "../src/api/house.ts";
import { openEmbeddedBroker } from "../src/broker/embedded/embedded.ts";
import { openCommands } from "../src/command/command.ts";
import type { AgentId, PointId, Series, Timestamp } from "../src/domain/brand.ts";
import { THE_HOUSE } from "../src/domain/event.ts";
import type { Message } from "../src/domain/message.ts";
import type { Point } from "../src/domain/model.ts";
import { ROLES, type Role } from "../src/domain/permission.ts";
import type { Value } from "../src/domain/reading.ts";
import { SamplesBuilder } from "../src/domain/samples.ts";
import { drivers } from "../src/driver/registry.ts";
import { openAssetEvents } from "../src/event/event.ts";
import { openFiles } from "../src/file/file.ts";
import { openEmbeddedHistorian } from "../src/historian/embedded/embedded.ts";
import { openImports } from "../src/import/import.ts";
import { openIngest } from "../src/ingest/ingest.ts";
import { openJournal } from "../src/journal/journal.ts";
import { type Clock, systemClock } from "../src/lib/clock.ts";
import { Closer } from "../src/lib/closer.ts";
import { Gauges } from "../src/lib/gauge.ts";
import { jsonLog } from "../src/lib/log.ts";
import { success } from "../src/lib/outcome.ts";
import { openLive } from "../src/live/live.ts";
import { openLiveness } from "../src/liveness/liveness.ts";
import { openSettings } from "../src/settings/settings.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite.ts";

const HERE = { host: "127.0.0.1", port: 0 } as const;
export const PASSWORD = "a long and quiet sentence";

/** The API over the real rooms, in a folder of its own, with a token for each role. */
export class ApiHouse {
  readonly url: string;
  readonly parts: ApiParts;
  readonly tokens: Readonly<Record<Role, string>>;
  /** What the log has said, line by line. */
  readonly logged: string[];
  /** Another room changed the model, and tells. */
  readonly tellChanged: (subject: string) => void;
  readonly #closer: Closer;

  static async open(
    options: Partial<ApiOptions> = {},
    clock: Clock = systemClock,
    more: Partial<ApiParts> = {},
  ): Promise<ApiHouse> {
    const closer = new Closer();
    const folder = mkdtempSync(join(tmpdir(), "fieldline-api-"));
    closer.add("folder", () => rmSync(folder, { recursive: true }));
    const logged: string[] = [];
    const watchers: ((subject: string) => void)[] = [];
    const tellChanged = (subject: string) => watchers.forEach((watcher) => void watcher(subject));
    const rooms = await openRooms(folder, closer, {
      ...{ logged, watchers, tellChanged, clock },
      drivers: more.drivers ?? drivers,
    });
    const parts = { ...rooms, ...more };
    const api = await openApi(
      { http: HERE, screens: join(folder, "ui"), version: "1.2.3", ...options },
      parts,
    );
    assert.ok(api.ok);
    closer.add("api", () => api.value.close());
    const url = `http://127.0.0.1:${api.value.port}`;
    const tokens = await tokensOf(parts);
    return new ApiHouse({ url, parts, tokens, logged, tellChanged }, closer);
  }

  private constructor(given: Given, closer: Closer) {
    this.url = given.url;
    this.parts = given.parts;
    this.tokens = given.tokens;
    this.logged = given.logged;
    this.tellChanged = given.tellChanged;
    this.#closer = closer;
  }

  /** One request below `/api/v1`, as somebody of this role. */
  async send(who: Role | null, route: string, body?: unknown, headers = {}): Promise<Reply> {
    const [method = "", path = ""] = route.split(" ");
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        ...(who && { authorization: `Bearer ${this.tokens[who]}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    };
  }

  /** A device that just sent its first humidity. */
  async hear(topic = "/sauter/viasens/12/5", payload: object | number = HUMIDITY): Promise<void> {
    const bytes = new TextEncoder().encode(JSON.stringify(payload));
    await this.parts.ingest.receive([
      {
        topic,
        payload: bytes,
        agent: "agent-1" as AgentId,
        receivedAt: this.parts.clock.now() as Timestamp,
        retain: false,
      },
    ]);
  }

  /** Adopts the device of `hear` and gives the id of its point. */
  async adopted(name: string): Promise<string> {
    await this.hear();
    const [device] = this.parts.ingest.devices();
    const wish = { name };
    const adopted = await this.send("engineer", `POST /inbox/${device?.id}/adopt`, wish);
    assert.equal(adopted.status, 201, adopted.text);
    const { json } = await this.send("viewer", `GET /points?assetId=${adopted.json.assetId}`);
    return json.items[0].id;
  }

  /** The point's own row, with its series. */
  async pointRow(id: string): Promise<Point> {
    const point = await this.parts.store.points.get(id);
    assert.ok(point);
    return point;
  }

  /** Points of an asset of their own, as many as wanted. */
  async manyPoints(count: number): Promise<Point[]> {
    const { store } = this.parts;
    const site = await this.send("engineer", "POST /assets", { name: "Field", parentId: null });
    const series = await store.newSeries(count);
    const points = series.map((one, row) => ({
      id: `point-${row}` as PointId,
      assetId: site.json.id,
      aspect: "Field",
      variable: { name: `x${row}`, dataType: "number" as const },
      series: one as Series,
    }));
    await store.points.put(...points);
    this.tellChanged(`asset:${site.json.id}`);
    return points;
  }

  /** Stores samples as ingest does: kept first, then shown. */
  async keep(series: Series, rows: readonly (readonly [at: number, value: Value])[]) {
    const samples = new SamplesBuilder();
    for (const [at, value] of rows) samples.add(series, at, value, "good");
    const kept = samples.take();
    const shown = kept;
    await this.parts.historian.append(kept);
    this.parts.live.stored(shown);
  }

  async close(): Promise<void> {
    assert.deepEqual(await this.#closer.closeAll(), []);
  }
}

export type Reply = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects and fails where it is not.
  readonly json: any;
};

export const HUMIDITY = { type: "humid", payload: { humidity: 49 } };

type Given = Pick<ApiHouse, "url" | "parts" | "tokens" | "logged" | "tellChanged">;
type Ears = {
  readonly logged: string[];
  readonly watchers: ((subject: string) => void)[];
  readonly tellChanged: (subject: string) => void;
  readonly clock: Clock;
  readonly drivers: ApiParts["drivers"];
};

async function openRooms(
  folder: string,
  closer: Closer,
  { logged, watchers, tellChanged, clock, drivers }: Ears,
): Promise<ApiParts> {
  const gauges = new Gauges();
  const log = jsonLog(
    (line) => void logged.push(line),
    "warn",
    () => clock.now(),
  );
  const stored = await openSqliteStore({ file: join(folder, "store.db") }, { log });
  assert.ok(stored.ok);
  const store = stored.value;
  closer.add("store", () => store.close());
  const kept = await openEmbeddedHistorian({ folder: join(folder, "history") }, { log });
  assert.ok(kept.ok);
  const historian = kept.value;
  closer.add("historian", () => historian.close());
  const journal = await openJournal({ store, clock });
  const access = await openAccess({ store, journal, clock, log, folder: join(folder, "access") });
  closer.add("access", () => access.close());
  const assetEvents = openAssetEvents({
    ...{ store, clock, log },
    record: (event) => journal.record(event),
  });
  closer.add("events", async () => assetEvents.close());
  let running = false;
  // The walks meet at the broker, which is opened last.
  const send = (message: Message) => broker.send(message);
  const files = await openFiles({ store, folder: join(folder, "files"), now: () => clock.now() });
  const imports = await openImports({
    ...{ clock, log, folder: join(folder, "imports") },
    record: (event) => journal.record(event),
    room: async () => Number.POSITIVE_INFINITY,
  });
  closer.add("imports", () => imports.close());
  const ingest = await openIngest({
    drivers,
    store,
    historian,
    onStored: (samples) => live.stored(samples),
    onChanged: tellChanged,
    send,
    onNetwork: (network, isHere) => liveness.told(network, isHere),
    onOrdered: async (what) => settings.overhear(what),
    onJoined: (device) => void settings.greet(device),
    onConfirmed: (device, said) => void commands.confirm(device, said),
    services: {
      keepEvents: async (device, told) => success(await assetEvents.take(device, told)),
      followCommand: (device, progress) => commands.follow(device.id, progress),
    },
    record: (event) => journal.record(event),
    isDemo: () => false,
    now: () => clock.now(),
    gauges,
    log,
  });
  const latest = (series: Uint32Array) => historian.latest(series);
  const live = openLive({ clock, latest, words: ingest.statusSeries });
  const commands = await openCommands({
    store,
    record: (event) => journal.record(event),
    deviceOf: (id) => ingest.device(id)?.device,
    drivers,
    send,
    isHeard: () => true,
    clock,
    log,
  });
  const settings = await openSettings({
    ...{ store, drivers, clock, log },
    devices: () => ingest.devices(),
    ask: (by, wish) => commands.ask(by, wish),
    record: (event) => journal.record(event),
    onChanged: tellChanged,
  });
  closer.add("settings", () => settings.close());
  const liveness = openLiveness({
    ...{ drivers, clock, log },
    devices: () => ingest.devices(),
    lastSeenAt: (id) => ingest.diagnostics(id).lastSeenAt,
    isExpected: (id) => ingest.isExpected(id),
    sensors: { store, historian, channelsOf: (id) => ingest.device(id)?.channels ?? [] },
    channels: {
      saidAt: (id, channel) => ingest.saidAt(id, channel),
      isUnsound: (id, channel) => ingest.isDoubted(id, channel, clock.now()),
      nameOf: (_, channel) => channel,
    },
    settingsOf: (devices) => settings.current(devices),
    connected: () => undefined,
    record: (event) => journal.record(event),
    onChanged: tellChanged,
  });
  closer.add("liveness", () => liveness.close());
  const agents = await openAgents({
    ...{ store, journal, clock, log },
    folder: join(folder, "ca"),
    hostNames: [],
  });
  const { serverKeyPem: key, serverCertificatePem: certificate, caPem: ca } = agents.authority;
  const opened = await openEmbeddedBroker(
    { mqtt: HERE, mqtts: { ...HERE, key, certificate, ca } },
    {
      admit: (attempt) => agents.admit(attempt),
      receive: ingest.receive,
      onPresence: () => undefined,
      onSubscribed: ingest.subscribed,
      onRefused: () => undefined,
      clock,
      gauges,
      log,
    },
  );
  assert.ok(opened.ok);
  const broker = opened.value;
  closer.add("broker", () => broker.close());
  const demo = {
    running: () => running,
    start: async () => {
      running = true;
      return success(undefined);
    },
    remove: async () => {
      running = false;
      return success(undefined);
    },
  };
  return {
    ...{
      store,
      historian,
      access,
      agents,
      files,
      imports,
      ingest,
      commands,
      settings,
      liveness,
      journal,
    },
    ...{ live, assetEvents, broker, drivers, demo },
    onChanged: (call) => void watchers.push(call),
    ...{ clock, gauges, log },
  };
}

async function tokensOf({ access }: ApiParts): Promise<Record<Role, string>> {
  const by = { actor: THE_HOUSE, role: "admin" } as const;
  const tokens: Partial<Record<Role, string>> = {};
  for (const role of ROLES) {
    const created = await access.createToken(by, { name: `the ${role}`, role, expiresAt: null });
    assert.ok(created.ok);
    tokens[role] = created.value.token;
  }
  return tokens as Record<Role, string>;
}
