import { existsSync } from "node:fs";
import { type Problem, problem } from "../domain/problem.ts";
import { PageBuilder, RowError, type TablePage } from "../domain/table-page.ts";
import { AssertionError } from "../lib/assert.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { inPlace } from "./in-place.ts";
import type { ExitCode, Io } from "./io.ts";
import { rowsProgress } from "./progress.ts";
import { isForAWhile } from "./remote.ts";
import { pagesOfFile } from "./table-pages.ts";
import { NOTHING_KEPT, sumOf, type TablePlace, troubleOf } from "./table-place.ts";
import { usageOf } from "./usage.ts";

/** `fieldline import FILE`: what was exported, or made in its form; the same again is no harm. */
export async function runImport(args: readonly string[], io: Io): Promise<ExitCode> {
  const [file, ...options] = args;
  const isNamed = file && !file.startsWith("--");
  if (!isNamed || !existsSync(file)) {
    io.complain(isNamed ? `there is no file ${file}` : usageOf("import"));
    return 2;
  }
  const run = (place: TablePlace) => new TableImport(place, file, io).run();
  return inPlace(options, io, { run, isReading: false });
}

const STOPPED = problem("import_stopped", "where it was stopped");

/** One file on its way in. While a page is being stored, the next one is read. */
class TableImport {
  readonly #place: TablePlace;
  readonly #file: string;
  readonly #io: Io;
  /** What became of the rows that are settled. */
  #kept = NOTHING_KEPT;
  #isStopped = false;

  constructor(place: TablePlace, file: string, io: Io) {
    this.#place = place;
    this.#file = file;
    this.#io = io;
  }

  async run(): Promise<Outcome<string, Problem>> {
    this.#io.onStop(() => {
      this.#isStopped = true;
      this.#place.giveUp();
    });
    const known = await this.#place.points().then(success, refusalOf);
    const done = known.ok ? await this.#putAll() : known;
    if (done.ok) return success(`${this.#stored} samples are stored${this.#tale}`);
    const isGivenUp = this.#isStopped && isForAWhile(done.problem);
    if (!known.ok && !isGivenUp) return known;
    const { code, detail } = isGivenUp ? STOPPED : done.problem;
    const before = `${this.#stored} samples before it are stored${this.#tale}`;
    return failure(problem(code, `${this.#file}, ${detail}; ${before}; the same again is no harm`));
  }

  async #putAll(): Promise<Outcome<void, Problem>> {
    const page = new PageBuilder((point) => this.#place.seriesOf(point), Date.now());
    const tell = rowsProgress(this.#io);
    let storing: Promise<Outcome<void, Problem>> = Promise.resolve(success(undefined));
    try {
      for await (const { page: next, done } of pagesOfFile(this.#file, page)) {
        const stored = await storing;
        if (!stored.ok) return stored;
        if (this.#isStopped) return failure(STOPPED);
        tell(this.#rows, done);
        storing = this.#store(next);
      }
    } catch (reason) {
      if (reason instanceof AssertionError || !(reason instanceof Error)) throw reason;
      await storing;
      const code = reason instanceof RowError ? reason.problem.code : "import_refused";
      return failure(problem(code, reason.message));
    }
    return storing;
  }

  async #store(page: TablePage): Promise<Outcome<void, Problem>> {
    const put = await this.#place.put(page).catch(refusalOf);
    if (!put.ok) return put;
    this.#kept = sumOf(this.#kept, put.value);
    return success(undefined);
  }

  get #rows(): number {
    const { fresh, same, corrected, unknown } = this.#kept;
    return fresh + same + corrected + unknown;
  }

  get #stored(): number {
    return this.#rows - this.#kept.tooOld;
  }

  /** What was new, as far as it was compared with what was there. */
  get #tale(): string {
    const { fresh, same, corrected, unknown, tooOld } = this.#kept;
    const counts = [
      [fresh - tooOld, "new"],
      [same, "there already"],
      [corrected, "in place of another value"],
      [unknown, "not compared with what was there"],
    ] as const;
    const told = counts.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : []));
    const tale = told.length > 0 ? `: ${told.join(", ")}` : "";
    return tooOld > 0 ? `${tale}; ${tooOld} were older than what is kept` : tale;
  }
}

function refusalOf(reason: unknown): Outcome<never, Problem> {
  const trouble = troubleOf(reason);
  if (!trouble) throw reason;
  return failure(trouble);
}
