import { readdirSync, readFileSync } from "node:fs";
import type { Sqlite } from "../../lib/sqlite.ts";

/** One step of the schema; the file's number is the version that it leads to. */
export type Migration = { readonly version: number; readonly sql: string };

/** All steps, from `migration/0001-first.sql` on. */
export function readMigrations(): readonly Migration[] {
  const folder = new URL("migration/", import.meta.url);
  return readdirSync(folder)
    .filter((file) => file.endsWith(".sql"))
    .sort()
    .map((file) => ({
      version: Number.parseInt(file, 10),
      sql: readFileSync(new URL(file, folder), "utf8"),
    }));
}

export function schemaVersion(sqlite: Sqlite): number {
  return Number(sqlite.prepare("PRAGMA user_version").get()?.[0]);
}

/** Takes the steps that the file has not seen, each whole or not at all. Returns its version. */
export function migrate(sqlite: Sqlite, migrations: readonly Migration[]): number {
  const from = schemaVersion(sqlite);
  for (const { version, sql } of migrations.filter(({ version }) => version > from)) {
    sqlite.transaction(() => {
      sqlite.exec(sql);
      sqlite.exec(`PRAGMA user_version = ${version}`);
    });
  }
  return schemaVersion(sqlite);
}
