/** What of the journal is looked for, as it stands in the address. */
export type JournalSearch = {
  readonly kind?: string | undefined;
  readonly subject?: string | undefined;
  /** The id of who did it. */
  readonly actor?: string | undefined;
  /** The first and the last day, by the calendar of where one looks: `2026-03-03`. */
  readonly first?: string | undefined;
  readonly last?: string | undefined;
};

const TEXTS = ["kind", "subject", "actor"] as const;
const DAYS = ["first", "last"] as const;

export function journalSearch(search: Record<string, unknown>): JournalSearch {
  const texts = TEXTS.filter((name) => typeof search[name] === "string" && search[name] !== "");
  const days = DAYS.filter((name) => dayStart(search[name]) !== undefined);
  return Object.fromEntries([...texts, ...days].map((name) => [name, search[name]]));
}

/** The question that the search asks of `GET /journal`. */
export function journalQuery({ kind, subject, actor, first, last }: JournalSearch) {
  const from = dayStart(first);
  const to = dayStart(last, 1);
  return {
    ...(kind && { kind }),
    ...(subject && { subject }),
    ...(actor && { actor }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
}

/** Nobody finds anything between a day and an earlier one. */
export function isBackwards({ first, last }: JournalSearch): boolean {
  return first !== undefined && last !== undefined && last < first;
}

/** When a day of this place begins, or the one so many days later. */
function dayStart(day: unknown, later = 0): number | undefined {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(String(day)) ?? [];
  if (year === undefined) return undefined;
  const start = new Date(Number(year), Number(month) - 1, Number(date));
  if (start.getMonth() !== Number(month) - 1) return undefined;
  return start.setDate(start.getDate() + later);
}
