import { isMalformed, type Sqlite } from "../../../lib/sqlite.ts";

/*
 * Rows whose values are not of the kind that was written: a bit that the disk changed in the head
 * of a row makes a text, or nothing, of a number. Chunks are not among them, for whoever reads a
 * damaged one puts it aside.
 */

const NUMBER = "('integer', 'real')";
const NUMBER_OR_NOT = "('integer', 'real', 'null')";

const SEARCHES = {
  // Written twice: one that is whole is enough.
  total: `SELECT 'total ' || name FROM
    (SELECT name, value FROM total UNION ALL SELECT name, value FROM again)
    GROUP BY name HAVING max(typeof(value) IN ${NUMBER}) = 0`,
  policy: `SELECT 'policy of series ' || series FROM policy
    WHERE typeof(raw_ms) NOT IN ${NUMBER_OR_NOT} OR typeof(hourly_ms) NOT IN ${NUMBER_OR_NOT}
    OR typeof(daily_ms) NOT IN ${NUMBER_OR_NOT}`,
  horizon: `SELECT 'horizon of series ' || series FROM horizon WHERE typeof(at) NOT IN ${NUMBER}`,
};

/** Which of the few that stand for a whole series, or for all of them, are damaged, in words. */
export function damagedRows(database: Sqlite): string[] {
  return Object.entries(SEARCHES).flatMap(([table, search]) => {
    try {
      return database
        .prepare(search)
        .all()
        .map(([what]) => String(what));
    } catch (reason) {
      if (!isMalformed(reason)) throw reason;
      return [`table ${table}`];
    }
  });
}

type DamagedDay = { readonly series: number; readonly at: number };

/** Which days do not say what they come to. Looks at all of them. */
export function damagedDays(database: Sqlite): DamagedDay[] {
  const search = `SELECT series, at FROM day WHERE CASE typeof(sums)
    WHEN 'blob' THEN length(sums) NOT IN (88, 176)
    WHEN 'null' THEN typeof(first_at) NOT IN ${NUMBER} ELSE true END`;
  const rows = database.prepare(search).all();
  return rows.map(([series, at]) => ({ series: Number(series), at: Number(at) }));
}
