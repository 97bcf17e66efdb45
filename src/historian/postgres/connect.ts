import type pg from "pg";
import { type Problem, problem } from "../../domain/problem.ts";
import type { Log } from "../../lib/log.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { urlsOfHosts } from "../../lib/url-hosts.ts";
import { clientOf, end, inTime, SESSION, toldOf } from "./client.ts";
import type { Database } from "./database.ts";
import { Server } from "./server.ts";

/*
 * Which of the hosts of an address is written to, and how others are kept away.
 */

/** "fieldline" in eight letters' bytes: who holds this lock may write. */
const WRITER_LOCK = "7379531087905681765";
/** What the second one of a writer that died still does is done before the next one begins. */
const SECOND_LOCK = "7379531087905681766";
/** For what is asked of a host before it is used. */
const ASK_MS = 20_000;

/** What a host is, of those that are asked: only one that takes writes is of use. */
const WHERE = `
  SELECT pg_is_in_recovery(), CASE WHEN pg_is_in_recovery() THEN NULL
    ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END`;

type Candidate = { readonly url: string; readonly writer: pg.Client; readonly timeline: number };

/**
 * Connects, and keeps other writers away as long as the connection lasts. Of several hosts it takes
 * the one that was promoted last: one that was the primary before may still take writes, and what
 * it takes is lost.
 */
export async function connect(url: string, log: Log): Promise<Outcome<Database, Problem>> {
  const urls = urlsOfHosts(url) ?? [url];
  const asked = await Promise.all(urls.map((one) => tryOne(one, log)));
  const [newest, ...others] = asked
    .flatMap((one) => (one.ok ? one.value : []))
    .toSorted((one, other) => other.timeline - one.timeline);
  await Promise.all(others.map(({ writer }) => end(writer)));
  if (newest) return keepOthersAway(newest, log);
  const reasons = asked.flatMap((one) => (one.ok ? [] : one.problem));
  return failure(problem("database_unreachable", reasons.join("; ")));
}

async function tryOne(url: string, log: Log): Promise<Outcome<Candidate, string>> {
  const writer = clientOf(url, log);
  try {
    const [isStandby, timeline] = await inTime(writer, ASK_MS, async () => {
      await writer.connect();
      await writer.query(SESSION);
      const { rows } = await writer.query<unknown[]>({ text: WHERE, rowMode: "array" });
      return rows[0] ?? [];
    });
    if (isStandby === false) return success({ url, writer, timeline: Number(timeline) });
    await end(writer);
    return failure(`${shownUrl(url)} is a standby, which takes no writes`);
  } catch (reason) {
    await end(writer);
    return failure(`${shownUrl(url)}: ${toldOf(reason).reason}`);
  }
}

async function keepOthersAway(
  { url, writer }: Candidate,
  log: Log,
): Promise<Outcome<Database, Problem>> {
  const second = clientOf(url, log);
  const isAlone = async () => {
    if (!(await says(writer, `pg_try_advisory_lock(${WRITER_LOCK})`))) return false;
    await second.connect();
    if (!(await isBeside(second))) return false;
    await second.query(SESSION);
    return true;
  };
  const isOurs = () => inTime(second, ASK_MS, () => inTime(writer, ASK_MS, isAlone));
  try {
    if (await isOurs()) return success(new Server({ writer, second }, url, log));
    await Promise.all([end(writer), end(second)]);
    return failure(problem("database_in_use", `${shownUrl(url)} has another writer`));
  } catch (reason) {
    await Promise.all([end(writer), end(second)]);
    return failure(problem("database_unreachable", `${shownUrl(url)}: ${toldOf(reason).reason}`));
  }
}

/** Whether it finds the writer's lock taken, as on the same server, and nobody beside it. */
async function isBeside(second: pg.Client): Promise<boolean> {
  if (await says(second, `pg_try_advisory_lock(${WRITER_LOCK})`)) return false;
  return says(second, `pg_try_advisory_lock(${SECOND_LOCK})`);
}

async function says(client: pg.Client, expression: string): Promise<boolean> {
  const { rows } = await client.query(`SELECT ${expression} AS said`);
  return rows[0]?.said === true;
}

/** Without what is secret in it. */
function shownUrl(url: string): string {
  try {
    const { protocol, hostname, port, pathname } = new URL(url);
    return `${protocol}//${hostname}${port && `:${port}`}${pathname}`;
  } catch {
    return "the database"; // Whatever it is, it may hold a password.
  }
}
