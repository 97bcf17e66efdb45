import { existsSync } from "node:fs";
import { type Problem, problem } from "../domain/problem.ts";
import { parseIsoTime } from "../lib/iso-time.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { inPlace } from "./in-place.ts";
import { type ExitCode, type Io, optionsOf } from "./io.ts";
import { sumsWishOf } from "./sums-wish.ts";
import {
  SAMPLE_COLUMNS,
  SAMPLE_LINES,
  sumsWriter,
  TABLE_FORMATS,
  writeTable,
} from "./table-file.ts";
import { PlaceError, type TablePlace, troubleOf } from "./table-place.ts";
import { usageOf } from "./usage.ts";

const TOLD_EVERY = 1_000_000;
const STOPPED = problem("export_stopped", "nothing was written");

/** `fieldline export`: samples of a folder or of a running server, or sums of these, as a table. */
export async function runExport(args: readonly string[], io: Io): Promise<ExitCode> {
  const {
    out,
    format = "csv",
    points,
    from,
    to,
    every,
    calendar,
    tz,
    fns,
    ...rest
  } = optionsOf(args);
  const [start, end] = [timeOf(from, Number.NEGATIVE_INFINITY), timeOf(to, Number.MAX_VALUE)];
  const kind = TABLE_FORMATS.find((one) => one === format);
  if (!out || !kind || start === undefined || end === undefined) {
    return usage(io, usageOf("export"));
  }
  if (existsSync(out)) return usage(io, `${out} exists already`);
  const sums = sumsWishOf({ every, calendar, tz, fns });
  if (!sums.ok) return usage(io, sums.problem.detail);
  const wish = sums.value;
  if (wish && !(from && to)) return usage(io, usageOf("export"));
  const span = { from: start, to: end };
  const run = async (place: TablePlace) => {
    const wanted = await pointsOf(place, points);
    if (!wanted.ok) return wanted;
    const told = new Progress(io, wanted.value.length);
    io.onStop(() => {
      told.isStopped = true;
      place.giveUp();
    });
    const pages = <Page extends Counted>(ofPoint: (point: string) => AsyncIterable<Page>) =>
      pagesOf(wanted.value, told, ofPoint);
    if (wish) {
      const sums = pages((point) => place.sums(point, span, wish));
      await writeTable(out, sumsWriter(kind, wish), sums);
    } else if (kind === "csv") {
      await writeTable(
        out,
        SAMPLE_LINES,
        pages((point) => place.lines(point, span)),
      );
    } else {
      await writeTable(
        out,
        SAMPLE_COLUMNS,
        pages((point) => place.columns(point, span)),
      );
    }
    const what = wish ? "sums" : "samples";
    return success(`${told.rows} ${what} of ${wanted.value.length} points are in ${out}`);
  };
  return inPlace(argumentsOf(rest), io, { run, isReading: true });
}

/** Says now and then how far it has come, and where it is stopped. */
class Progress {
  rows = 0;
  isStopped = false;
  readonly #io: Io;
  readonly #points: number;
  #point = 0;

  constructor(io: Io, points: number) {
    this.#io = io;
    this.#points = points;
  }

  nextPoint(): void {
    this.#point += 1;
  }

  /** Throws where it is to go no further. */
  add(rows: number): void {
    if (this.isStopped) throw new PlaceError(STOPPED);
    const before = Math.floor(this.rows / TOLD_EVERY);
    this.rows += rows;
    if (Math.floor(this.rows / TOLD_EVERY) === before) return;
    this.#io.complain(`${this.rows} rows, point ${this.#point} of ${this.#points}`);
  }
}

/** A page of so many rows. */
type Counted = { readonly length: number };

async function* pagesOf<Page extends Counted>(
  points: readonly string[],
  told: Progress,
  ofPoint: (point: string) => AsyncIterable<Page>,
): AsyncGenerator<Page> {
  for (const point of points) {
    told.nextPoint();
    try {
      for await (const page of ofPoint(point)) {
        told.add(page.length);
        yield page;
      }
    } catch (reason) {
      throw told.isStopped && troubleOf(reason) ? new PlaceError(STOPPED) : reason;
    }
  }
}

async function pointsOf(
  place: TablePlace,
  list?: string,
): Promise<Outcome<readonly string[], Problem>> {
  const all = await place.points();
  if (list === undefined) return success(all);
  const ids = new Set(list.split(","));
  const missing = [...ids].find((id) => !all.includes(id));
  if (missing !== undefined) return failure(problem("point_unknown", `no point '${missing}'`));
  return success(all.filter((id) => ids.has(id)));
}

function timeOf(text: string | undefined, fallback: number): number | undefined {
  if (text === undefined) return fallback;
  return /^-?\d+$/.test(text) ? Number(text) : parseIsoTime(text);
}

function argumentsOf(options: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(options).map(([name, text = ""]) => `--${name}=${text}`);
}

function usage(io: Io, line: string): ExitCode {
  io.complain(line);
  return 2;
}
