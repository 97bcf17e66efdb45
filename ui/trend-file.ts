import type { PointReply, Reply } from "../src/api/contract.ts";
import { call, callForFile, ProblemError } from "./api.ts";
import { formatUnit } from "./format.ts";
import { hasLane } from "./part/pen.ts";
import { bucketsCsv, SUMS, samplesCsv, samplesHeader, sumsCsv } from "./trend-csv.ts";
import { type Edges, loadDrawn } from "./use-trend.ts";

/** What each line of a file is of. */
export type Lines = "drawn" | "samples" | "hour" | "day" | "week" | "month" | "quarter" | "year";
export type FileKind = "csv" | "parquet";

export type FileWish = {
  readonly points: readonly PointReply[];
  readonly edges: Edges;
  readonly lines: Lines;
  readonly kind: FileKind;
};

/** While it is made: how far it is, and whether anybody still waits for it. */
type FileWork = {
  readonly signal: AbortSignal;
  readonly onLines: (lines: number) => void;
  readonly onBytes: (bytes: number) => void;
};

/** More lines no spreadsheet opens: a Parquet file has them all. */
export const LINES_MAX = 1_048_575;
const PAGE = 100_000;
const PARQUET = "application/vnd.apache.parquet";

/** Time, value, quality, and what stands between the cells. */
const CSV_LINE_BYTES = 24 + 8 + 4 + 9;
/** Measured: 7 with one decimal, 13 with all of a double's digits. */
const PARQUET_ROW_BYTES = 10;

/** About how long a file of so many samples is. */
export function fileBytes(kind: FileKind, points: readonly PointReply[], samples: number): number {
  if (kind === "parquet") return samples * PARQUET_ROW_BYTES;
  const names = points.map(({ path, aspect, variable }) => {
    return path.length + aspect.length + variable.name.length + formatUnit(variable.unit).length;
  });
  const name = names.reduce((sum, length) => sum + length, 0) / Math.max(1, names.length);
  return Math.min(samples, LINES_MAX) * (CSV_LINE_BYTES + name);
}

/** How many samples of these points there are. */
export async function countSamples(points: readonly PointReply[], edges: Edges): Promise<number> {
  const counts = await Promise.all(
    points.map(({ id }) =>
      call("GET /points/:id/history/count", { params: { id }, query: wholeOf(edges) }),
    ),
  );
  return counts.reduce((sum, { samples }) => sum + samples, 0);
}

export async function fileOf(wish: FileWish, work: FileWork): Promise<string | Blob> {
  const { points, edges, lines, kind } = wish;
  if (lines === "drawn") return bucketsCsv(await loadDrawn(points, edges), hasLane);
  const which = { points: points.map(({ id }) => id).join(","), ...wholeOf(edges) };
  const asked = { type: PARQUET, signal: work.signal, onBytes: work.onBytes };
  if (lines === "samples") {
    if (kind === "csv") return samplesOf(wish, work);
    return callForFile(asked, "GET /history/samples", { query: which });
  }
  const tz = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const query = { ...which, calendar: lines, tz, fns: SUMS.join(",") };
  if (kind === "parquet") return callForFile(asked, "GET /history/aggregate", { query });
  return sumsCsv(points, await call("GET /history/aggregate", { query }));
}

/** `fieldline 2026-03-03 14.10 to 2026-03-03 15.10.csv`: no colons, for Windows' sake. */
export function fileName({ edges: { from, to }, kind }: FileWish): string {
  const [begin, end] = [from, to].map((at) =>
    new Date(at).toISOString().slice(0, 16).replace("T", " ").replace(":", "."),
  );
  return `fieldline ${begin} to ${end}.${kind}`;
}

/** Page by page, so that neither side holds more than one of them. */
async function samplesOf({ points, edges }: FileWish, work: FileWork): Promise<string> {
  const parts = [samplesHeader()];
  let lines = 0;
  for (const point of points) {
    let after: string | null | undefined;
    while (after !== null && lines < LINES_MAX) {
      if (work.signal.aborted) throw new ProblemError("offline", 0, "Nobody waits for it");
      const limit = Math.min(PAGE, LINES_MAX - lines);
      const page: Reply<"GET /points/:id/history"> = await call("GET /points/:id/history", {
        params: { id: point.id },
        query: { ...wholeOf(edges), limit, ...(after !== undefined && { after }) },
      });
      parts.push(samplesCsv(point, page));
      lines += page.at.length;
      after = page.next;
      work.onLines(lines);
    }
  }
  return parts.join("");
}

function wholeOf({ from, to }: Edges): Edges {
  return { from: Math.floor(from), to: Math.ceil(to) };
}
