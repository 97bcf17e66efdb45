import { type Problem, problem } from "../../domain/problem.ts";
import { SamplesBuilder } from "../../domain/samples.ts";
import { newId } from "../../lib/id.ts";
import type { Log } from "../../lib/log.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { Branch } from "../drained.ts";
import type { Outbox } from "../historian.ts";
import { type Bond, wholeSince } from "./bond.ts";
import { knowing, lostDeletions } from "./deletions.ts";
import { FOLLOWER, type Link } from "./drain.ts";
import type { Target } from "./target.ts";

/*
 * How a folder comes to its database, the first time and each time after.
 */

type Bound = { readonly bond: Bond; readonly link: Link };
type FirstBound = Bound & { readonly taken: number };

/** Where nothing is to be read from the folder: later than any sample. */
const NEVER = Number.MAX_VALUE;

/** Binds a folder to a database that has all of its history, and no other. */
export async function bind(
  outbox: Outbox,
  target: Target,
  { now, nearMs }: { readonly now: number; readonly nearMs: number },
): Promise<FirstBound> {
  const source = newId(now);
  const taken = await outbox.follow(FOLLOWER);
  const { database, branch } = await target.join(source);
  await target.take(new SamplesBuilder().take(), { source, sequence: taken });
  const bond = { database, source, branch, wholeFrom: nearMs > 0 ? null : NEVER, nearMs };
  return { bond, taken, link: { target, source, sequence: taken } };
}

/** Joins the database that the folder is bound to; the bond may change on the way. */
export async function rejoin(
  { outbox, log }: { readonly outbox: Outbox; readonly log: Log },
  target: Target,
  bond: Bond,
): Promise<Outcome<Bound, Problem>> {
  const joined = await target.join(bond.source);
  if (joined.database !== bond.database) {
    return failure(problem("database_other", "the folder drains into another database"));
  }
  if (isLeftBehind(joined.branch, bond.branch)) {
    const detail = "this database was the primary before: its standby has taken over since";
    return failure(problem("database_other", detail));
  }
  const after = await outbox.follow(FOLLOWER);
  const { branch, newestAt, sequence } = joined;
  const { source, end = await endOf(outbox) } = bond;
  const isRestored = sequence !== null && sequence > end;
  if (isRestored) await target.take(new SamplesBuilder().take(), { source, sequence: after });
  // What another folder brought meanwhile is not here, nor what this one did before that.
  const isWhole = (joined.isOnly && !isRestored) || newestAt === null;
  const wholeFrom = isWhole ? bond.wholeFrom : Math.max(wholeSince(bond), newestAt + 1);
  const { end: _, ...rest } = bond;
  await repeat(target, bond, joined.deletions, log);
  return success({
    bond: knowing({ ...rest, branch, wholeFrom }, joined.deletions),
    link: { target, source, sequence: isRestored ? after : (sequence ?? undefined) },
  });
}

/** A standby that took over may have lost deletions: what was deleted would be there again. */
async function repeat(target: Target, bond: Bond, number: number, log: Log): Promise<void> {
  const { lost, forgotten } = lostDeletions(bond, number);
  if (lost.length + forgotten === 0) return;
  const deletions = { again: lost.length, forgotten };
  log.error("the database has lost deletions; they are made again, as far as known", deletions);
  for (const { number: of, ...range } of lost) {
    await target.deleteRange(range, { source: bond.source, number: of });
  }
}

/**
 * A folder that is opened. Its records are numbered on from where its log ends: of one that was
 * restored, the same numbers stand for others in the database, which has to be seen when it is met.
 */
export async function opened(outbox: Outbox, bond: Bond): Promise<Bond> {
  return bond.end === undefined ? { ...bond, end: await endOf(outbox) } : bond;
}

/** It may take writes still, if nobody has told it; nobody would ever read them. */
function isLeftBehind(branch: Branch, known: Branch | undefined): boolean {
  return known?.system === branch.system && branch.timeline < known.timeline;
}

/** The last record of the log. */
async function endOf(outbox: Outbox): Promise<number> {
  const after = await outbox.follow(FOLLOWER);
  const { waiting } = await outbox.arrivals({ target: FOLLOWER, after, samplesMax: 0 });
  return after + waiting;
}
