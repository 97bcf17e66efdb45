import type { Access } from "../access/access.ts";
import type { Agents } from "../agent/agent.ts";
import type { Broker } from "../broker/broker.ts";
import type { Commands } from "../command/command.ts";
import type { Durability } from "../domain/durability.ts";
import type { Actor } from "../domain/event.ts";
import type { Problem } from "../domain/problem.ts";
import type { Driver } from "../driver/driver.ts";
import type { AssetEvents } from "../event/event.ts";
import type { Files } from "../file/file.ts";
import type { Historian, Retention } from "../historian/historian.ts";
import type { Imports } from "../import/import.ts";
import type { Ingest } from "../ingest/ingest.ts";
import type { Journal } from "../journal/journal.ts";
import type { Clock } from "../lib/clock.ts";
import type { Gauges } from "../lib/gauge.ts";
import type { JsonObject } from "../lib/json.ts";
import type { Log } from "../lib/log.ts";
import type { Outcome } from "../lib/outcome.ts";
import type { Live } from "../live/live.ts";
import type { Liveness } from "../liveness/liveness.ts";
import type { Reception } from "../relay/relay.ts";
import type { Settings } from "../settings/settings.ts";
import type { Store } from "../store/store.ts";
import type { Uplink } from "../uplink/uplink.ts";
import type { Model } from "./model.ts";
import type { Notices } from "./notices.ts";
import type { Rates } from "./rates.ts";
import type { Refusals } from "./refusals.ts";
import type { Viewers } from "./viewers.ts";

export type HttpAddress = { readonly host: string; readonly port: number };

export type ApiOptions = {
  readonly http: HttpAddress;
  /** Where to listen once an owner exists; stays at `http` where absent. */
  readonly afterSetUp?: HttpAddress;
  /** The folder with the built screens. */
  readonly screens: string;
  readonly version: string;
  /** What other brokers show who ask for rights over HTTP; none may ask where absent. */
  readonly brokerSecret?: string | null;
  /** What workers show that take in for this house. */
  readonly workerSecret?: string | null;
  /** When messages are acknowledged. Fallback: synced. */
  readonly mqttAck?: Durability;
  /** Whether MQTT over WebSocket is offered at `/mqtt`. Fallback: no. */
  readonly mqttWebsocket?: boolean;
};

/** The rooms that the doors of the API lead to. */
export type ApiParts = {
  readonly store: Store;
  readonly historian: Historian;
  readonly access: Access;
  readonly agents: Agents;
  readonly files: Files;
  readonly imports: Imports;
  /** Models of agents, by the last part of an address that they were given. */
  readonly modelLinks?: { read(key: string): Promise<JsonObject | undefined> };
  readonly ingest: Ingest;
  readonly commands: Commands;
  readonly settings: Settings;
  readonly liveness: Liveness;
  readonly journal: Journal;
  readonly live: Live;
  readonly assetEvents: AssetEvents;
  readonly broker: Broker;
  readonly drivers: readonly Driver[];
  readonly demo: Demo;
  /** Where workers take in for this house. */
  readonly reception?: Reception | null;
  /** Where there is a server above. */
  readonly uplink?: Uplink | undefined;
  /** Who reads the history's log. Fallback: whoever is there. */
  readonly outbox?: Targets;
  /** Where a server can make some. */
  readonly backups?: Backups;
  /** Asks to be told when somebody else changed the model or the inbox, and what changed. */
  readonly onChanged: (call: (subject: string) => void) => void;
  /** Why the house is not ready, in words; empty while it is. Fallback: always ready. */
  readonly unready?: () => readonly string[];
  /** Why no samples are taken at this moment. Fallback: they always are. */
  readonly refusal?: () => Problem | undefined;
  /** Looks at the disk, so that its gauges are of now. Fallback: they are of the last look. */
  readonly seeDisk?: () => Promise<void>;
  /** How long points are kept that have no time of their own. Fallback: for good. */
  readonly retention?: Retention;
  readonly clock: Clock;
  readonly gauges: Gauges;
  readonly log: Log;
};

/** Targets of the history's outbox. */
export type Targets = {
  /** Whether anything is brought there since the start. */
  isFollowed(target: string): boolean;
  /** Nothing is kept for it any more. */
  letGo(target: string, actor: Actor): Promise<Outcome<void, Problem>>;
};

/** The demo plant, beside the data of its owner. */
export interface Demo {
  running(): boolean;
  start(): Promise<Outcome<void, Problem>>;
  remove(): Promise<Outcome<void, Problem>>;
}

/** Copies of all that the server keeps, made while it goes on. */
export interface Backups {
  /** Whether all of the history is in them, which most of it is not where a database keeps it. */
  readonly isWhole: boolean;
  /** Newest first, the one that is being made and the last that failed among them. */
  list(): Promise<readonly Backup[]>;
  /** Settles when it is known what will be in it; one at a time. */
  start(actor: Actor): Promise<Outcome<Backup, Problem>>;
  /** The file of one that is done. */
  file(id: string): Promise<Outcome<{ path: string; bytes: number }, Problem>>;
  remove(id: string, actor: Actor): Promise<Outcome<void, Problem>>;
}

export type Backup = {
  readonly id: string;
  readonly startedAt: number;
  readonly state: "running" | "done" | "failed";
  /** So many of `bytesTotal` are written. */
  readonly bytes: number;
  readonly bytesTotal: number;
  /** Why it failed; empty otherwise. */
  readonly detail: string;
};

/** What a handler has at hand. */
export type House = ApiParts & {
  readonly version: string;
  readonly mqttAck: Durability;
  /** What came before was told to another server: its silence proves nothing. */
  readonly openedAt: number;
  readonly model: Model;
  readonly notices: Notices;
  /** Tells those who look, and forgets what was read of the model. */
  readonly changed: (subject: string) => void;
  readonly rates: Rates;
  readonly refusals: Refusals;
  readonly viewers: Viewers;
  /** Set-up is done: the server may listen where it was told to. */
  readonly ownerExists: () => void;
};
