import type { CommandId, DeviceId } from "../domain/brand.ts";
import type { CommandState } from "../domain/command.ts";
import { LIMIT } from "../domain/limit.ts";
import type { CommandRow } from "../domain/records.ts";
import type { JsonObject } from "../lib/json.ts";
import type { Store } from "../store/store.ts";
import type { Pending } from "./pending.ts";

/** What a device said of an order, without saying of which. */
type Said = { readonly done: boolean; readonly answer?: JsonObject };

type AnswerParts = {
  readonly store: Pick<Store, "commands">;
  readonly settle: (row: CommandRow, state: CommandState, detail: string) => Promise<CommandRow>;
  readonly pending: Pending;
  readonly now: () => number;
};

/** Orders that were under way together, and what was said while they were. */
type Group = { readonly ids: CommandId[]; readonly answers: Said[]; until: number };

/** Orders to one device that may wait for their answers at the same time. */
const UNANSWERED = 50;

/**
 * Credits answers that name no order. One that comes while a single order is open is that order's.
 * Of several that are open each gets its own only when there are as many answers as orders: then
 * they stand in the order of sending. While one is missing, nobody can tell whose the others are.
 * See docs/decisions/0050-an-answer-belongs-to-one-order-or-to-none.md.
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

  /** No answer can come any more that is surely this order's. */
  giveUp(row: CommandRow): Promise<CommandRow> {
    const group = this.#groupOf(row.deviceId);
    const last = group?.ids.includes(row.id) ? group.answers.at(-1) : undefined;
    if (!group || !last) return this.#parts.settle(row, "unknown", "no answer came");
    const [came, wanted] = [group.answers.length, group.ids.length];
    const detail = `${came} of ${wanted} answers came: nobody knows whose`;
    return this.#parts.settle(said(row, last), "unknown", detail);
  }

  async #take(device: DeviceId, answer: Said): Promise<void> {
    const open = await this.#open(device);
    const group = this.#groupOf(device);
    const [only] = open;
    if (!group && only && open.length === 1) return this.#credit(only, answer);
    if (group || open.length > 1) await this.#join(device, group, open, answer);
  }

  async #join(
    device: DeviceId,
    known: Group | undefined,
    open: readonly CommandRow[],
    answer: Said,
  ): Promise<void> {
    const group = known ?? { ids: [], answers: [], until: 0 };
    this.#groups.set(device, group);
    for (const { id, requestedAt } of open) {
      if (!group.ids.includes(id)) group.ids.push(id);
      group.until = Math.max(group.until, requestedAt + LIMIT.answerMs);
    }
    group.answers.push(answer);
    if (group.answers.length < group.ids.length) return;
    this.#groups.delete(device);
    for (const [place, id] of group.ids.entries()) {
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

  /** The oldest first. */
  async #open(deviceId: DeviceId): Promise<readonly CommandRow[]> {
    const where = { deviceId, state: "sent" } as const;
    const find = { where, limit: UNANSWERED, descending: true };
    const sent = await this.#parts.store.commands.find(find);
    const since = this.#parts.now() - LIMIT.answerMs;
    return sent.filter(({ requestedAt }) => requestedAt >= since).toReversed();
  }

  #groupOf(device: DeviceId): Group | undefined {
    const group = this.#groups.get(device);
    if (!group || group.until >= this.#parts.now()) return group;
    this.#groups.delete(device);
    return undefined;
  }
}

/** What it said itself stays with it: it did go out, whatever became of it then. */
function said(row: CommandRow, { answer }: Said): CommandRow {
  return answer ? { ...row, answer } : row;
}
