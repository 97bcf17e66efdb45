import type { Series } from "../domain/brand.ts";
import type { Variable } from "../domain/catalogue.ts";

/** How a table is to be read: guessed from its first rows, then as people say. */
export type Reading = {
  /**
   * `house`: as `fieldline export` writes it. `rows`: a sample a row, and cells that name what it
   * is of. `columns`: a column for each variable, beside that of the times.
   */
  readonly form: "house" | "rows" | "columns";
  /** Whether the first row names the columns. */
  readonly hasHead: boolean;
  /** Columns are counted from 0. */
  readonly time: number;
  /** Of times that do not say it themselves: an IANA name. */
  readonly zone: string;
  /** How `3/4/2026` is read; dots and hyphens leave no doubt. */
  readonly dates: "day-first" | "month-first";
  readonly decimal: "." | ",";
  /** Columns that together name what a row is of; none where a column is of one variable. */
  readonly names: readonly number[];
  readonly values: readonly number[];
  readonly quality: number | null;
  readonly statusWord: number | null;
  readonly toldAfterwards: number | null;
  readonly unit: number | null;
  /** What people said of what the file names; of all else the names decide. */
  readonly feeds: readonly Feed[];
};

export type Feed = {
  readonly name: string;
  /** Null: it is left out. */
  readonly pointId: string | null;
  /** In which unit its values are; null: the point's. */
  readonly unit: string | null;
};

/** A point that samples are for. */
export type Target = {
  readonly id: string;
  readonly series: Series;
  readonly variable: Variable;
  /** `Works/Hall · Climate.Temperature`. */
  readonly label: string;
};

/** Finds points for what a file names. */
export interface Directory {
  byId(id: string): Target | undefined;
  /** Of a name that only one point has: its id, its path, or the words of a download. */
  byName(name: string): Target | undefined;
}
