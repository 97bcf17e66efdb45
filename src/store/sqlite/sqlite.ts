import { closeSync, openSync, statSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Problem, problem } from "../../domain/problem.ts";
import type { Held } from "../../lib/held.ts";
import type { Log } from "../../lib/log.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { holdDatabase, openSqlite, type Sqlite } from "../../lib/sqlite.ts";
import type { Store } from "../store.ts";
import { connect } from "./connection.ts";
import { type Migration, migrate, readMigrations, schemaVersion } from "./migrate.ts";
import { openShelf } from "./shelf.ts";
import { TABLES } from "./table.ts";
import { Turns } from "./turns.ts";

/** FULL: a commit returns after fsync. NORMAL would lose acknowledged rows in a power cut. */
export const DURABLE = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA journal_size_limit = 16777216;
`;

/** Password hashes are nobody else's business; SQLite gives its other files the same mode. */
const OWNER_ONLY = 0o600;

/** The store in one SQLite file. A file that we do not understand is left as it is. */
export async function openSqliteStore(
  options: { readonly file: string },
  parts: { readonly log: Log },
): Promise<Outcome<Store, Problem>> {
  const { file } = options;
  const migrations = readMigrations();
  try {
    closeSync(openSync(file, "a", OWNER_ONLY));
    const refusal = examine(file, migrations);
    if (refusal !== undefined) return failure(refusal);
    const writer = openWriter(file, migrations, parts.log);
    const turns = new Turns(connect(writer), connect(openSqlite(file, { readOnly: true })));
    return success(newStore(turns, () => hold(file, turns)));
  } catch (reason) {
    return failure(unreadable(file, String(reason)));
  }
}

/** Reads all of a store that nobody has open, and tells what is wrong, a sentence each. */
export function checkSqliteStore(file: string): readonly string[] {
  const sqlite = openSqlite(file, { readOnly: true });
  try {
    const said = sqlite
      .prepare("PRAGMA integrity_check(20)")
      .all()
      .map(([text]) => String(text));
    const lost = sqlite.prepare("PRAGMA foreign_key_check").all();
    return [
      ...said.filter((text) => text !== "ok"),
      ...lost.slice(0, 20).map(([table, row]) => `row ${row} of ${table} belongs to nothing`),
    ];
  } catch (reason) {
    return [String(reason)];
  } finally {
    sqlite.close();
  }
}

/** One that nobody has open, for reading only: whatever would change it rejects. */
export function readSqliteStore(file: string): Store {
  const turns = new Turns(
    connect(openSqlite(file, { readOnly: true })),
    connect(openSqlite(file, { readOnly: true })),
  );
  return newStore(turns, () => hold(file, turns));
}

/** Looks without writing: what is wrong with the file, if anything. */
function examine(file: string, migrations: readonly Migration[]): Problem | undefined {
  const sqlite = openSqlite(file, { readOnly: true });
  try {
    const version = schemaVersion(sqlite);
    const newest = migrations.at(-1)?.version ?? 0;
    if (version > newest)
      return problem(
        "folder_newer",
        `${file} has schema ${version}, this Fieldline knows ${newest}: start the newer ` +
          "Fieldline again, or restore a backup made before the upgrade.",
      );
    if (version === 0 && sqlite.prepare("SELECT 1 FROM sqlite_schema").get() !== undefined)
      return unreadable(file, "it is another program's database");
    const finding = String(sqlite.prepare("PRAGMA quick_check(1)").get()?.[0]);
    return finding === "ok" ? undefined : unreadable(file, finding);
  } finally {
    sqlite.close();
  }
}

function unreadable(file: string, reason: string): Problem {
  return problem(
    "folder_unreadable",
    `${file}: ${reason}. Nothing was changed; restore a backup, or move the file away.`,
  );
}

function openWriter(file: string, migrations: readonly Migration[], log: Log): Sqlite {
  const sqlite = openSqlite(file);
  try {
    sqlite.exec(DURABLE);
    const from = schemaVersion(sqlite);
    const to = migrate(sqlite, migrations);
    if (from !== to) log.info("store migrated", { file, from, to });
    return sqlite;
  } catch (reason) {
    sqlite.close();
    throw reason;
  }
}

function newStore(turns: Turns, hold: () => Promise<Held>): Store {
  return {
    assets: openShelf("assets", TABLES.assets, turns),
    assetTypes: openShelf("assetTypes", TABLES.assetTypes, turns),
    aspectTypes: openShelf("aspectTypes", TABLES.aspectTypes, turns),
    points: openShelf("points", TABLES.points, turns),
    devices: openShelf("devices", TABLES.devices, turns),
    channels: openShelf("channels", TABLES.channels, turns),
    statusSeries: openShelf("statusSeries", TABLES.statusSeries, turns),
    models: openShelf("models", TABLES.models, turns),
    answers: openShelf("answers", TABLES.answers, turns),
    declarations: openShelf("declarations", TABLES.declarations, turns),
    layouts: openShelf("layouts", TABLES.layouts, turns),
    customTopics: openShelf("customTopics", TABLES.customTopics, turns),
    fittings: openShelf("fittings", TABLES.fittings, turns),
    departures: openShelf("departures", TABLES.departures, turns),
    firmware: openShelf("firmware", TABLES.firmware, turns),
    networkTopics: openShelf("networkTopics", TABLES.networkTopics, turns),
    templates: openShelf("templates", TABLES.templates, turns),
    layers: openShelf("layers", TABLES.layers, turns),
    rollouts: openShelf("rollouts", TABLES.rollouts, turns),
    rolloutSteps: openShelf("rolloutSteps", TABLES.rolloutSteps, turns),
    overheard: openShelf("overheard", TABLES.overheard, turns),
    agents: openShelf("agents", TABLES.agents, turns),
    agentChanges: openShelf("agentChanges", TABLES.agentChanges, turns),
    credentials: openShelf("credentials", TABLES.credentials, turns),
    authorities: openShelf("authorities", TABLES.authorities, turns),
    boardings: openShelf("boardings", TABLES.boardings, turns),
    users: openShelf("users", TABLES.users, turns),
    sessions: openShelf("sessions", TABLES.sessions, turns),
    tokens: openShelf("tokens", TABLES.tokens, turns),
    screens: openShelf("screens", TABLES.screens, turns),
    commands: openShelf("commands", TABLES.commands, turns),
    files: openShelf("files", TABLES.files, turns),
    rejected: openShelf("rejected", TABLES.rejected, turns),
    aheadSheets: openShelf("aheadSheets", TABLES.aheadSheets, turns),
    assetEvents: openShelf("assetEvents", TABLES.assetEvents, turns),
    eventTypes: openShelf("eventTypes", TABLES.eventTypes, turns),
    events: openShelf("events", TABLES.events, turns),
    settings: openShelf("settings", TABLES.settings, turns),
    newSeries: seriesCounter(turns),
    together: (work) => turns.together(work),
    hold,
    close: () => turns.close(),
  };
}

/** Only another process can be in the way for long, such as one that creates a user. */
async function hold(file: string, turns: Turns): Promise<Held> {
  for (let tries = 0; tries < HOLD_TRIES; tries += 1) {
    const release = await turns.between(() => holdDatabase(file));
    if (release) {
      const files = [{ name: basename(file), path: file, bytes: statSync(file).size }];
      return { files, release: async () => release() };
    }
    await setTimeout(HOLD_RETRY_MS);
  }
  throw new Error(`${file} is in use by another process`);
}

const HOLD_TRIES = 100;
const HOLD_RETRY_MS = 50;

/**
 * Numbers that were handed out stay handed out, even where the transaction around them is undone:
 * the historian may have seen them already.
 */
function seriesCounter(turns: Turns): (count: number) => Promise<readonly number[]> {
  let given = 0;
  return (count) =>
    turns.write((connection) => {
      const row = connection.statement("SELECT last FROM series_given").get();
      const first = Math.max(given, Number(row?.[0])) + 1;
      given = first + count - 1;
      connection.statement("UPDATE series_given SET last = ?").run(given);
      return Array.from({ length: count }, (_, index) => first + index);
    });
}
