import { assert } from "../../lib/assert.ts";
import type { SqlRow, SqlValue } from "../../lib/sqlite.ts";
import { keepable } from "../../lib/text.ts";
import type { Key, Member, Query, Search, Shelf, Span } from "../store.ts";
import { HOLDS } from "./connection.ts";
import { type Form, type ShelfName, sqlName, type Table } from "./table.ts";
import type { Turns } from "./turns.ts";

type Column = { readonly member: string; readonly form: Form; readonly sql: string };

/** What a row must be like. */
type Condition<Row> = {
  readonly where?: Partial<Row> | undefined;
  readonly within?: Span<Row> | undefined;
  readonly search?: Search<Row> | undefined;
  readonly member?: Member<Row> | undefined;
};

/**
 * SQLite compiles a statement anew, in 4 to 10 us, each time its LIMIT is bound. So a limit up to
 * this one stands in the text; with a larger one the rows take longer than that, and each limit
 * would be a text more to keep.
 */
const LIMIT_WRITTEN = 16;

/** The shelf of one table: every statement is made from the table's description. */
export function openShelf<Row>(name: ShelfName, table: Table<Row>, turns: Turns): Shelf<Row> {
  const columns = Object.entries<Form>(table.columns).map(([member, form]) => ({
    member,
    form,
    sql: quoted(member),
  }));
  const key = table.key.map(quoted);
  const from = `FROM ${quoted(name)}`;
  const select = selectText(columns, from);
  const insert = insertText(name, key, columns);

  const encode = (row: Row) =>
    columns.map(({ member, form }) => encoded(name, form, row[member as keyof Row]));

  const condition = (wanted: Condition<Row>) => conditionOf(name, table, wanted);

  function find(wanted: readonly Column[], query: Query<Row>): Row[] {
    const { limit = -1, skip = 0, descending = false, after, by = [] } = query;
    const { sql, values } = condition(query);
    const order = [...by.map(quoted), ...key];
    const place = by.length === 0 ? blanks(key) : `SELECT ${order} ${from} ${isKey(key)}`;
    const behind = after === undefined ? "" : `(${order}) ${descending ? "<" : ">"} (${place})`;
    const ordered = order.map((column) => `${column}${descending ? " DESC" : ""}`).join(", ");
    const [mark, bound] = limit <= LIMIT_WRITTEN ? [limit, []] : ["?", [limit]];
    const which = `${restricted(sql, behind)} ORDER BY ${ordered} LIMIT ${mark} OFFSET ?`;
    const text = selectText(wanted, from) + which;
    const parts = after === undefined ? [] : keyParts(after);
    return turns
      .read((connection) => connection.statement(text).all(...values, ...parts, ...bound, skip))
      .map((row) => decode<Row>(wanted, row));
  }

  return {
    async get(wanted) {
      const text = `${select} ${isKey(key)}`;
      const parts = keyParts(wanted);
      const row = turns.read((connection) => connection.statement(text).get(...parts));
      return row && decode<Row>(columns, row);
    },
    find: async (query = {}) => find(columns, query),
    async pick(members, query = {}) {
      const wanted = columns.filter(({ member }) => members.some((one) => one === member));
      return find(wanted, query);
    },
    async count(where = {}, within, search) {
      const { sql, values } = condition({ where, within, search });
      const text = `SELECT count(*) ${from}${restricted(sql)}`;
      const row = turns.read((connection) => connection.statement(text).get(...values));
      return Number(row?.[0]);
    },
    async put(...rows) {
      if (rows.length === 0) return;
      const encodedRows = rows.map(encode);
      await turns.write((connection) => {
        const statement = connection.statement(insert);
        for (const values of encodedRows) statement.run(...values);
      });
    },
    async remove(where, within) {
      const { sql, values } = condition({ where, within });
      const text = `DELETE ${from}${restricted(sql)}`;
      return turns.write((connection) => connection.statement(text).run(...values));
    },
  };
}

function formOf<Row>(name: string, table: Table<Row>, member: string): Form {
  const form: Form | undefined = table.columns[member as keyof Row & string];
  assert(form !== undefined, `${name} has no column ${member}`);
  return form;
}

/** What a row must be like, in SQL. */
function conditionOf<Row>(
  name: string,
  table: Table<Row>,
  { where = {}, within, search, member: nested }: Condition<Row>,
): { readonly sql: string; readonly values: SqlValue[] } {
  const equal = Object.entries(where).map(([member, value]) => {
    const form = formOf(name, table, member);
    assert(form !== "json" || value === null, `${name} is not searched by nested ${member}`);
    return { sql: `${quoted(member)} IS ?`, value: encoded(name, form, value) };
  });
  for (const member of [...(within ? [within.column] : []), ...(search?.columns ?? [])]) {
    assert(formOf(name, table, member) === "plain", `${name}: ${member} is no plain column`);
  }
  assert(!nested || formOf(name, table, nested.column) === "json", `${name}: nothing is nested`);
  const wanted = [
    ...equal,
    ...(within ? bounds(within) : []),
    ...(search ? held(search) : []),
    ...(nested ? [memberIs(nested)] : []),
  ];
  return {
    sql: wanted.map(({ sql }) => sql).join(" AND "),
    values: wanted.map(({ value }) => value),
  };
}

function held<Row>({ columns, words }: Search<Row>): { sql: string; value: SqlValue }[] {
  const text = columns.map(quoted).join(" || ' ' || ");
  return [{ sql: `${HOLDS}(${text}, ?)`, value: words }];
}

/** Its text is that of an index: where the name were bound, SQLite would not know it again. */
function memberIs<Row>({ column, name, is }: Member<Row>): { sql: string; value: SqlValue } {
  assert(/^\w+$/.test(name), `${name} is no member's name`);
  return { sql: `json_extract(${quoted(column)}, '$.${name}') = ?`, value: keepable(is) };
}

function bounds<Row>({ column, from, to }: Span<Row>): { sql: string; value: SqlValue }[] {
  const lower = from === undefined ? [] : [{ sql: `${quoted(column)} >= ?`, value: from }];
  const upper = to === undefined ? [] : [{ sql: `${quoted(column)} < ?`, value: to }];
  return [...lower, ...upper];
}

function selectText(columns: readonly Column[], from: string): string {
  return `SELECT ${columns.map(({ sql }) => sql).join(", ")} ${from}`;
}

/** Not INSERT OR REPLACE: that would also remove other rows with an equal unique column. */
function insertText(name: string, key: string[], columns: readonly { sql: string }[]): string {
  const all = columns.map(({ sql }) => sql);
  const rest = all.filter((column) => !key.includes(column));
  const changes = rest.map((column) => `${column} = excluded.${column}`).join(", ");
  return (
    `INSERT INTO ${quoted(name)} (${all}) VALUES (${blanks(all)}) ` +
    `ON CONFLICT (${key}) DO UPDATE SET ${changes}`
  );
}

function restricted(...conditions: string[]): string {
  const wanted = conditions.filter((condition) => condition !== "");
  return wanted.length === 0 ? "" : ` WHERE ${wanted.join(" AND ")}`;
}

function isKey(key: readonly string[]): string {
  return `WHERE (${key}) = (${blanks(key)})`;
}

function quoted(member: string): string {
  return `"${sqlName(member)}"`;
}

function blanks(columns: readonly unknown[]): string {
  return columns.map(() => "?").join(", ");
}

function keyParts(key: Key): readonly (string | number)[] {
  const parts = typeof key === "object" ? key : [key];
  return parts.map((part) => (typeof part === "string" ? keepable(part) : part));
}

function encoded(name: string, form: Form, value: unknown): SqlValue {
  assert(value !== undefined, `a row of ${name} is whole, and so is a search`);
  if (value === null) return null;
  if (form === "json") return JSON.stringify(value);
  if (form === "boolean") return value === true ? 1 : 0;
  if (typeof value === "string") return keepable(value);
  assert(typeof value === "number", `${name} holds texts and numbers`);
  return value;
}

function decode<Row>(columns: readonly Column[], row: SqlRow): Row {
  const members = columns.map(({ member, form }, index) => [
    member,
    decoded(form, row[index] ?? null),
  ]);
  return Object.fromEntries(members) as Row;
}

function decoded(form: Form, value: SqlValue): unknown {
  if (value === null) return null;
  if (form === "boolean") return value === 1;
  return form === "json" ? JSON.parse(String(value)) : value;
}
