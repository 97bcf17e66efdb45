import { Readable } from "node:stream";
import { csvLine } from "../lib/csv.ts";
import type { Reply } from "./contract.ts";
import { Verbatim } from "./handler.ts";
import { isoColumn } from "./time.ts";

export const PARQUET = "application/vnd.apache.parquet";

type Item = Reply<"GET /history/aggregate">["items"][number];

type Summaries = {
  /** Where the buckets begin. */
  readonly at: Float64Array;
  readonly items: readonly Item[];
  readonly functions: readonly (keyof Item["columns"])[];
};

/**
 * Summaries as a table for those who accept one: a row for each point and bucket, point by point,
 * with a column for each function; nothing in it where there is none. Undefined for all others.
 */
export async function aggregateTable(
  accept: string,
  summaries: Summaries,
): Promise<Verbatim | undefined> {
  if (accept.includes(PARQUET)) {
    return new Verbatim(PARQUET, Readable.from([await asParquet(summaries)]));
  }
  if (!accept.includes("text/csv")) return undefined;
  return new Verbatim("text/csv; charset=utf-8; header=present", asCsv(summaries));
}

function asCsv({ at, items, functions }: Summaries): string {
  const times = isoColumn(at);
  const lines = items.flatMap(({ pointId, columns }) =>
    times.map((time, row) => {
      const values = functions.map((name) => columns[name]?.[row] ?? "");
      return csvLine([pointId, time, ...values.map(String)]);
    }),
  );
  return [csvLine(["point", "at", ...functions]), ...lines].join("");
}

async function asParquet({ at, items, functions }: Summaries): Promise<Uint8Array> {
  const { parquetBytes } = await import("../lib/parquet.ts");
  const times = Array.from(at, (time) => new Date(Math.floor(time)));
  const points = items.flatMap(({ pointId }) => times.map(() => pointId));
  return parquetBytes([
    { name: "point", type: "STRING", data: points },
    { name: "at", type: "TIMESTAMP", data: items.flatMap(() => times) },
    ...functions.map((name) => ({
      name,
      type: "DOUBLE" as const,
      data: items.flatMap(({ columns }) => times.map((_, row) => columns[name]?.[row] ?? null)),
    })),
  ]);
}
