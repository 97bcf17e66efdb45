import type { DeviceId } from "../domain/brand.ts";
import type { CommandState } from "../domain/command.ts";
import { LIMIT } from "../domain/limit.ts";
import type { CommandRow } from "../domain/records.ts";
import type { JsonObject } from "../lib/json.ts";
import type { Store } from "../store/store.ts";
import type { Pending } from "./pending.ts";

/** What a device said of an order, without saying of which. */
export type Said = { readonly done: boolean; readonly answer?: JsonObject };

type AnswerParts = {
  readonly store: Pick<Store, "commands">;
  readonly settle: (row: CommandRow, state: CommandState, detail: string) => Promise<CommandRow>;
  readonly pending: Pending;
  /** Whether the broker keeps it for a device that comes later. */
  readonly isLaidDown: (row: CommandRow) => boolean;
  /** Whether somebody is there to take a message of this topic; true where nobody can tell. */
  readonly isHeard: (topic: string) => boolean;
  readonly now: () => number;
};

/** Orders that were under way together, and what was said while they were. */
type Group = { readonly orders: CommandRow[]; readonly answers: Said[] };

/** Orders to one device that may wait for their answers at the same time. */
const UNANSWERED = 50;

/**
 * Credits answers that name no order. One that comes while a single order waits for one is that
 * order's. Of several that wait each gets its own only when there are as many answers as orders:
 * then they stand in the order of sending. While one is missing, nobody can tell whose the others
 * are. An order that was given up still waits while its device may yet get it, unless a later one
 * says the same. See docs/decisions/0050-an-answer-belongs-to-one-order-or-to-none.md,
 * 0058-a-late-answer-is-not-the-next-orders.md, 0070-who-may-yet-get-an-order-may-answer-it.md and
 * 0076-an-order-is-answered-once.md.
 */
export class Answers {
  readonly #parts: AnswerParts;
  readonly #groups = new Map<DeviceId, Group>();
  /** One after the other: two answers that come together must not find the same order open. */
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: AnswerParts) {
    this.#parts = parts;
  }

  take(device: DeviceId, said: Said): Promise<void> {
    const taken = this.#turn.then(() => this.#take(device, said));
    this.#turn = taken.catch(() => undefined); // whoever asked hears of it
    return taken;
  }

  /** Its time is over; an answer that still comes is credited where that is surely right. */
  async giveUp(row: CommandRow): Promise<CommandRow> {
    const group = this.#groupOf(row.deviceId);
    const last = group?.orders.some(({ id }) => id === row.id) ? group.answers.at(-1) : undefined;
    if (!group || !last) return this.#parts.settle(row, "unknown", "no answer came");
    const [came, wanted] = [group.answers.length, group.orders.length];
    const detail = `${came} of ${wanted} answers came: nobody knows whose`;
    for (const order of group.orders) await this.#doubt(order, last, detail);
    return this.#parts.settle(said(row, last), "unknown", detail);
  }

  /** It may have been answered: one answer that is lost leaves one later order unclear, no more. */
  async #doubt({ id }: CommandRow, last: Said, detail: string): Promise<void> {
    const row = await this.#parts.store.commands.get(id);
    if (row?.state !== "unknown" || row.answer !== null) return;
    await this.#parts.settle(said(row, last), "unknown", detail);
  }

  async #take(device: DeviceId, answer: Said): Promise<void> {
    const waiting = await this.#waiting(device);
    const there = waiting.filter((order) => this.#mayHaveIt(order));
    // What its gateway has not been given is not answered: it says again what it said before.
    if (waiting.length > 0 && there.length === 0) return;
    let group = this.#groupOf(device);
    if (group?.orders.every((order) => this.#isSaidAgain(order, there))) {
      this.#groups.delete(device);
      group = undefined;
    }
    const open = there.filter((order) => !this.#isSaidAgain(order, there));
    const [only] = open;
    if (!group && only && open.length === 1) return this.#credit(only, answer);
    if (group || only) return this.#join(device, group, open, answer);
    if (await this.#contradicts(device, answer)) return;
    await this.#keepLate(device, answer);
  }

  /** Settings reach a gateway when it subscribes; all else was sent to one that was there. */
  #mayHaveIt(order: CommandRow): boolean {
    const { isHeard, isLaidDown } = this.#parts;
    return order.topic === null || isHeard(order.topic) || !isLaidDown(order);
  }

  /**
   * Nobody waits for it, and it is not what was credited last, a moment ago: one of the two was
   * said again, or is another order's. Which of them, nobody can tell.
   */
  async #contradicts(deviceId: DeviceId, answer: Said): Promise<boolean> {
    const { store, settle, now } = this.#parts;
    const newest = { limit: 1, descending: true };
    const found = await Promise.all(
      (["confirmed", "failed"] as const).map((state) =>
        store.commands.find({ ...newest, where: { deviceId, state } }),
      ),
    );
    const [last] = found.flat().sort((a, b) => (a.id < b.id ? 1 : -1));
    if (!last || last.answer === null || now() - (last.settledAt ?? 0) > LIMIT.answerLateMs) {
      return false;
    }
    const isSame = (last.state === "confirmed") === answer.done;
    if (!isSame) await settle(said(last, answer), "unknown", "two answers came that differ");
    return true;
  }

  /** Nobody waits for it: it stands beside what was given up last, and decides nothing. */
  async #keepLate(deviceId: DeviceId, answer: Said): Promise<void> {
    const where = { deviceId, state: "unknown" } as const;
    const wish = { where, limit: 1, descending: true };
    const [row] = await this.#parts.store.commands.find(wish);
    if (row?.answer !== null) return;
    await this.#parts.settle(said(row, answer), "unknown", "an answer came too late to be sure of");
  }

  async #join(
    device: DeviceId,
    known: Group | undefined,
    open: readonly CommandRow[],
    answer: Said,
  ): Promise<void> {
    const group = known ?? { orders: [], answers: [] };
    this.#groups.set(device, group);
    for (const order of open) {
      if (!group.orders.some(({ id }) => id === order.id)) group.orders.push(order);
    }
    group.answers.push(answer);
    if (group.answers.length < group.orders.length) return;
    this.#groups.delete(device);
    for (const [place, { id }] of group.orders.entries()) {
      const row = await this.#parts.store.commands.get(id);
      const own = group.answers[place];
      if (row && own) await this.#credit(row, own);
    }
  }

  async #credit(row: CommandRow, answer: Said): Promise<void> {
    this.#parts.pending.end(row.id);
    const [state, detail] = answer.done
      ? (["confirmed", ""] as const)
      : (["failed", "communication error"] as const);
    await this.#parts.settle(said(row, answer), state, detail);
  }

  /** Orders of which nothing was said yet, and may still be; the oldest first. */
  async #waiting(deviceId: DeviceId): Promise<readonly CommandRow[]> {
    const { store, now } = this.#parts;
    const newest = { limit: UNANSWERED, descending: true };
    const [sent, givenUp] = await Promise.all([
      store.commands.find({ ...newest, where: { deviceId, state: "sent" } }),
      store.commands.find({ ...newest, where: { deviceId, state: "unknown" } }),
    ]);
    const isAwaited = ({ requestedAt, expiresAt }: CommandRow) =>
      now() <= Math.max(requestedAt + LIMIT.answerLateMs, expiresAt + LIMIT.answerMs);
    const awaited = [...sent, ...givenUp].filter(isAwaited);
    const laidDown = await this.#laidDown(givenUp.filter((row) => !isAwaited(row)));
    return [...awaited, ...laidDown]
      .filter(({ answer }) => answer === null)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Those whose topic still has their word: the device gets it when it comes back. */
  async #laidDown(givenUp: readonly CommandRow[]): Promise<readonly CommandRow[]> {
    const kept: CommandRow[] = [];
    for (const row of givenUp) {
      if (row.answer !== null || !this.#parts.isLaidDown(row)) continue;
      const { deviceId, topic } = row;
      const where = { deviceId, topic };
      const newest = { limit: UNANSWERED, descending: true };
      const there = await this.#parts.store.commands.find({ ...newest, where });
      if (there.find(wentOut)?.id === row.id) kept.push(row);
    }
    return kept;
  }

  /** Its minute is over, and a later order says the same: an answer is true of both. */
  #isSaidAgain(order: CommandRow, others: readonly CommandRow[]): boolean {
    if (this.#parts.now() - order.requestedAt <= LIMIT.answerMs) return false;
    const { id, topic, payload } = order;
    return others.some((other) => {
      return other.id > id && other.topic === topic && other.payload === payload;
    });
  }

  #groupOf(device: DeviceId): Group | undefined {
    const group = this.#groups.get(device);
    const newest = Math.max(...(group?.orders ?? []).map(({ requestedAt }) => requestedAt));
    if (this.#parts.now() - newest <= LIMIT.answerLateMs) return group;
    this.#groups.delete(device);
    return undefined;
  }
}

/** The broker was given it; what it refused is failed, too, but nobody has answered that. */
function wentOut({ state, answer }: CommandRow): boolean {
  return state === "sent" || state === "confirmed" || state === "unknown" || answer !== null;
}

/** What it said itself stays with it: it did go out, whatever became of it then. */
function said(row: CommandRow, { answer }: Said): CommandRow {
  return answer ? { ...row, answer } : row;
}
