import type { DataType } from "../domain/catalogue.ts";
import { coerce, isWithin, roundedFrom } from "../domain/coerce.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Value } from "../domain/reading.ts";
import { qualityFrom, type TableRow, toldAfterwardsFrom } from "../domain/sample-table.ts";
import { latestOf, timeFault } from "../domain/time.ts";
import { AS_IT_IS, type Conversion, conversionOf } from "../domain/unit.ts";
import type { Directory, Feed, Reading } from "./reading.ts";
import { type Line, TableError } from "./table-file.ts";
import { addFault, newTally, type Report, type Tally } from "./tally.ts";
import { TimeReader } from "./time-reader.ts";

/** A sample of a table, for a point that is known. */
export type Row = Omit<TableRow, "point"> & { readonly of: Tally; readonly line: number };

type ReaderParts = {
  readonly reading: Reading;
  readonly columns: readonly string[];
  readonly directory: Directory;
  /** What is refused, empty or of an unknown point is counted here. */
  readonly report: Report;
  readonly now: number;
};

/** Turns lines of a table into samples, as people said that it is to be read. */
export class RowReader {
  readonly #parts: ReaderParts;
  readonly #times: TimeReader;
  readonly #feeds: ReadonlyMap<string, Feed>;
  readonly #tallies = new Map<string, Tally>();
  readonly #latest: number;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
    this.#times = new TimeReader(parts.reading);
    this.#feeds = new Map(parts.reading.feeds.map((feed) => [feed.name, feed]));
    this.#latest = latestOf(parts.now);
  }

  read(line: Line): readonly Row[] {
    const { report, reading } = this.#parts;
    report.rows += 1;
    try {
      if (reading.form === "house") return this.#exact(line);
      if (reading.form === "rows") return this.#named(line);
      return this.#beside(line);
    } catch (reason) {
      if (!(reason instanceof Unreadable)) throw reason;
      addFault(report, line.line, reason.message);
      return [];
    }
  }

  #exact({ line, exact }: Line): readonly Row[] {
    const { point, ...sample } = sentence(exact);
    const of = this.#tallyOf(point, null);
    return this.#taken({ ...sample, of, line });
  }

  #named({ line, cells }: Line): readonly Row[] {
    const { names, values, unit } = this.#parts.reading;
    const name = names.map((at) => cells[at]?.trim() ?? "").join(SEPARATOR);
    const told = cellIn(cells, unit);
    const of = this.#tallyOf(name, told || null);
    if (told && of.unit !== told && !this.#feeds.get(name)?.unit) {
      throw new Unreadable(`the unit of ${name} changes from ${of.unit} to ${told}`);
    }
    return this.#sample(of, line, cells, values[0] ?? 0);
  }

  #beside({ line, cells }: Line): readonly Row[] {
    const { reading, columns } = this.#parts;
    return reading.values.flatMap((at) => {
      const { name, unit } = headOf(columns[at] ?? "");
      return this.#sample(this.#tallyOf(name, unit), line, cells, at);
    });
  }

  /** A cell that cannot be read leaves those beside it alone. */
  #sample(of: Tally, line: number, cells: readonly string[], at: number): readonly Row[] {
    if (of.isLeftOut) return [];
    try {
      const row = this.#rowOf(of, line, cells, at);
      return row ? this.#taken(row) : [];
    } catch (reason) {
      if (!(reason instanceof Unreadable)) throw reason;
      of.refused += 1;
      addFault(this.#parts.report, line, `${of.name}: ${reason.message}`);
      return [];
    }
  }

  /** Undefined where the cell says nothing. */
  #rowOf(of: Tally, line: number, cells: readonly string[], at: number): Row | undefined {
    const { reading, report } = this.#parts;
    const text = cells[at] ?? "";
    const quality = cellIn(cells, reading.quality);
    if (text.trim() === "" && (quality === "" || quality === "good")) {
      report.empty += 1;
      return undefined;
    }
    const time = this.#times.read(cellIn(cells, reading.time), of.to);
    if (typeof time === "string") throw new Unreadable(time);
    const word = cellIn(cells, reading.statusWord);
    const said = sentence(() => qualityFrom(quality || "good", word));
    const told = cellIn(cells, reading.toldAfterwards);
    const toldAfterwards =
      reading.toldAfterwards === null ? null : sentence(() => toldAfterwardsFrom(told));
    const value = of.target ? valueFor(of, text, reading.decimal) : null;
    return { of, line, at: time, value, ...said, toldAfterwards };
  }

  /** Counted; and left out where no point is known for it. */
  #taken(row: Row): readonly Row[] {
    const { of, at } = row;
    const fault = timeFault(at, this.#latest, "its time");
    if (fault) throw new Unreadable(fault.detail);
    of.samples += 1;
    of.from = Math.min(of.from, at);
    of.to = Math.max(of.to, at);
    return of.target ? [row] : [];
  }

  #tallyOf(name: string, told: string | null): Tally {
    const known = this.#tallies.get(name);
    if (known) return known;
    const { directory, report } = this.#parts;
    if (this.#tallies.size >= LIMIT.pointsPerImport) {
      throw new TableError(`it names more than ${LIMIT.pointsPerImport} points`);
    }
    const feed = this.#feeds.get(name);
    const isLeftOut = feed?.pointId === null;
    const target = feed ? directory.byId(feed.pointId ?? "") : directory.byName(name);
    const unit = feed?.unit ?? told;
    const wanted = target?.variable.unit;
    const conversion = unit === null || !wanted ? AS_IT_IS : conversionOf(unit, wanted);
    const tally = newTally({ name, target, isLeftOut, unit, conversion });
    this.#tallies.set(name, tally);
    report.series.push(tally);
    return tally;
  }
}

const SEPARATOR = " · ";

/** Nothing where the table has no such column. */
function cellIn(cells: readonly string[], column: number | null): string {
  return column === null ? "" : (cells[column]?.trim() ?? "");
}

/** What is wrong with a row, in a sentence. */
class Unreadable extends Error {}

function sentence<T>(read: () => T): T {
  try {
    return read();
  } catch (reason) {
    throw new Unreadable(reason instanceof Error ? reason.message : String(reason));
  }
}

/** `Temperature [°C]`, as downloads have it, or `Temperature (°C)`. */
function headOf(text: string): { readonly name: string; readonly unit: string | null } {
  const [, name, unit] = /^(.*?)\s*[[(]([^\])]*)[\])]$/.exec(text.trim()) ?? [];
  return name ? { name, unit: unit || null } : { name: text.trim(), unit: null };
}

function valueFor(of: Tally, text: string, decimal: Reading["decimal"]): Value | null {
  const { target, conversion, unit } = of;
  if (!target) return null;
  const { variable, label } = target;
  if (!conversion) throw new Unreadable(`${unit} cannot become ${variable.unit} of ${label}`);
  const isNumber = variable.dataType === "number" || variable.dataType === "integer";
  const isTurned = isNumber && conversion !== AS_IT_IS;
  const said = isNumber ? numberText(text, decimal) : plainText(text);
  const read = coerce(said, isTurned ? "number" : variable.dataType);
  if (!read.ok) throw new Unreadable(read.problem);
  if (roundedFrom(said, read.value) !== undefined) {
    throw new Unreadable(`a number cannot hold ${said}: ${label} would have to be an integer`);
  }
  const value = isTurned ? turned(read.value, conversion, variable.dataType) : read.value;
  if (value !== undefined && isWithin(value, variable)) return value;
  throw new Unreadable(`${text.trim()} is no value of ${label}`);
}

/** Of 1.1 kWh a thousand times as much is a whole number, whatever a double makes of it. */
const WHOLE = 1e-6;

/** Undefined where an integer would have to be rounded. */
function turned(
  value: Value | null,
  { factor, offset }: Conversion,
  dataType: DataType,
): Value | null | undefined {
  if (value === null) return null;
  const number = Number(value) * factor + offset;
  if (dataType === "number") return number;
  const whole = Math.round(number);
  return Math.abs(number - whole) <= WHOLE ? whole : undefined;
}

/** Without the apostrophe that keeps a spreadsheet from taking it for a formula. */
function plainText(text: string): string {
  return text.replace(/^'(?=[=+\-@\t\r])/, "");
}

/** With a point, and without what only eyes need: `1'234.5`, `1 234,5` and `1.234,5`. */
function numberText(text: string, decimal: Reading["decimal"]): string {
  const bare = text.trim().replace(/(?<=\d)['’\u00a0\u202f ](?=\d{3})/g, "");
  if (decimal === ".") return bare;
  const isGrouped = /^[+-]?\d{1,3}(\.\d{3})+,\d+$/.test(bare);
  if (isGrouped) return bare.replaceAll(".", "").replace(",", ".");
  if (!bare.includes(".")) return bare.replace(",", ".");
  throw new Unreadable(`${bare} has a point where decimals have a comma`);
}
