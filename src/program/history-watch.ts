import { type NewEvent, THE_HOUSE } from "../domain/event.ts";
import type { Damaged, Dropped, Mended, Missing } from "../historian/historian.ts";
import type { Journal } from "../journal/journal.ts";
import type { Log } from "../lib/log.ts";

type Told = Pick<NewEvent, "kind" | "subject" | "detail">;

/** Of what was lost with damaged pages, so much is named: of each page some. */
const RANGES_MAX = 100;

/** Tells the journal what befalls the history, and the house's health what it has lost. */
export class HistoryWatch {
  readonly listeners = {
    onDropped: (dropped: Dropped) => this.#dropped(dropped),
    onDamaged: (damaged: Damaged) => this.#damaged(damaged),
    onMissing: (missing: Missing) => this.#missing(missing),
    onMalformed: (reason: string, whyNot?: string) => this.#malformed(reason, whyNot),
    onMended: (mended: Mended) => this.#mended(mended),
    onTrouble: (trouble?: string) => this.#trouble(trouble),
  };
  readonly #log: Log;
  #journal: Journal | undefined;
  /** Met before there was a journal: a history is opened first. */
  #early: (Told & { readonly kept: (isKept: Promise<boolean>) => void })[] = [];
  #damagedSamples = 0;
  #missingPlaces = 0;
  #missingFile: string | undefined;
  #isMalformed = false;
  #whyNotMended: string | undefined;
  #isMended = false;
  #mendedPages = 0;
  #lostSamples = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Why people should look, in words, until the next start. */
  get reasons(): readonly string[] {
    const [samples, places] = [this.#damagedSamples, this.#missingPlaces];
    const damaged = `history: samples that the disk damaged are put aside: ${samples}`;
    const missing = `history: stored samples are missing, places in its log: ${places}`;
    const file = this.#missingFile;
    const gone = file ? `history: ${file} was gone at the start, with all that it held` : [];
    const whyNot = this.#whyNotMended === undefined ? "" : `; not mended: ${this.#whyNotMended}`;
    const malformed = `history: parts of history.db are damaged and cannot be read${whyNot}`;
    const unread = this.#isMalformed ? malformed : [];
    const [pages, lost] = [this.#mendedPages, this.#lostSamples];
    const mended = `history: history.db was mended; lost pages: ${pages}, samples in them: ${lost}`;
    const all = [samples > 0 ? damaged : [], unread, this.#isMended ? mended : []];
    return [...all, gone, places > 0 ? missing : []].flat();
  }

  /** Tells what is there already, and from now on all the rest. */
  async tell(journal: Journal): Promise<void> {
    this.#journal = journal;
    for (const { kept, ...told } of this.#early.splice(0)) {
      const recorded = this.#record(journal, told);
      kept(recorded);
      await recorded;
    }
  }

  /** A gap that nobody was told of would be taken for quiet. */
  #dropped({ target, samples, from, to }: Dropped): void {
    const detail = { samples, from: timeWords(from), to: timeWords(to) };
    void this.#note({ kind: "outbox.dropped", subject: `outbox:${target}`, detail });
  }

  /** The same of what can be read no more. */
  #damaged(damaged: Damaged): void {
    this.#damagedSamples += damaged.samples;
    const { from, to } = damaged;
    const detail = { ...damaged, from: timeWords(from), to: timeWords(to) };
    void this.#note({ kind: "history.damaged", subject: "", detail });
  }

  /** And of what is there no more, of which nobody knows what it was. */
  #missing(missing: Missing): void {
    this.#missingPlaces += missing.places;
    this.#missingFile = missing.file;
    void this.#note({ kind: "history.missing", subject: "", detail: missing });
  }

  /** Once, and when what is in the way of its mending is another: each question meets it. */
  #malformed(reason: string, whyNotMended: string | undefined): void {
    const isKnown = whyNotMended === undefined || whyNotMended === this.#whyNotMended;
    if (this.#isMalformed && isKnown) return;
    this.#isMalformed = true;
    this.#whyNotMended = whyNotMended;
    const detail = { file: "history.db", reason, ...(whyNotMended && { whyNotMended }) };
    void this.#note({ kind: "history.unreadable", subject: "", detail });
  }

  /** With what was lost; what else there was can be read again. Whether the journal has it. */
  #mended({ pages, tables, samples, ranges }: Mended): Promise<boolean> {
    this.#isMalformed = false;
    this.#whyNotMended = undefined;
    this.#isMended = true;
    this.#mendedPages += pages;
    this.#lostSamples += samples;
    const named = ranges.slice(0, RANGES_MAX).map((range) => {
      return { ...range, from: timeWords(range.from), to: timeWords(range.to) };
    });
    const further = ranges.length - named.length;
    const detail = { pages, tables, samples, ranges: named, further };
    return this.#note({ kind: "history.mended", subject: "", detail });
  }

  #trouble(trouble: string | undefined): void {
    const kind = trouble === undefined ? "history.fine" : "history.failed";
    void this.#note({ kind, subject: "", detail: trouble ? { detail: trouble } : {} });
  }

  #note(told: Told): Promise<boolean> {
    if (this.#journal) return this.#record(this.#journal, told);
    return new Promise((kept) => this.#early.push({ ...told, kept }));
  }

  /** Where the journal cannot be written either, the log has it. */
  async #record(journal: Journal, told: Told): Promise<boolean> {
    try {
      await journal.record({ actor: THE_HOUSE, ...told });
      return true;
    } catch (reason) {
      const fields = { ...told, reason: String(reason) };
      this.#log.error("an event of the history was not recorded", fields);
      return false;
    }
  }
}

/** As people read it; what no calendar has stays a number. */
function timeWords(at: number): string | number {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : date.toISOString();
}
