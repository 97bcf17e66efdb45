import { searchFor } from "../../lib/search.ts";
import type { Sqlite, Statement } from "../../lib/sqlite.ts";

/** In SQL: `holds(text, search)`, see `searchFor`. */
export const HOLDS = "holds";

/** A connection that compiles each statement once. The texts are few: they come from our code. */
export type Connection = {
  exec(sql: string): void;
  statement(sql: string): Statement;
  close(): void;
};

export function connect(sqlite: Sqlite): Connection {
  const statements = new Map<string, Statement>();
  let last = { search: "", isFound: searchFor("") };
  sqlite.define(HOLDS, (text = "", search = "") => {
    if (search !== last.search) last = { search, isFound: searchFor(search) };
    return last.isFound(text);
  });
  return {
    exec: (sql) => sqlite.exec(sql),
    statement(sql) {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      const statement = sqlite.prepare(sql);
      statements.set(sql, statement);
      return statement;
    },
    close: () => sqlite.close(),
  };
}
