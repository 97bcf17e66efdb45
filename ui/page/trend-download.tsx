import { useState } from "react";
import type { PointReply, Reply } from "../../src/api/contract.ts";
import { call, callForFile, ProblemError } from "../api.ts";
import { download } from "../download.ts";
import { formatCount, formatDateTime, formatNumber } from "../format.ts";
import { Button } from "../part/button.tsx";
import { Dialog } from "../part/dialog.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { hasLane } from "../part/pen.ts";
import { Choice } from "../part/tabs.tsx";
import { say } from "../part/toast.tsx";
import { bucketsCsv, SUMS, samplesCsv, samplesHeader, sumsCsv } from "../trend-csv.ts";
import { edgesOf, type View } from "../trend-view.ts";
import { live } from "../use-live.ts";
import { type Edges, loadDrawn } from "../use-trend.ts";

type TrendDownloadProps = {
  readonly points: readonly PointReply[];
  readonly view: View;
  /** Chosen at first. */
  readonly first?: Lines;
  readonly onClose: () => void;
};

const LINES = [
  { value: "drawn", label: "As drawn" },
  { value: "samples", label: "Every sample" },
  { value: "hour", label: "Hours" },
  { value: "day", label: "Days" },
  { value: "month", label: "Months" },
] as const;
const KINDS = [
  { value: "csv", label: "CSV" },
  { value: "parquet", label: "Parquet" },
] as const;

type Lines = (typeof LINES)[number]["value"];
type Kind = (typeof KINDS)[number]["value"];

/** More lines no spreadsheet opens; who needs more asks the API. */
const LINES_MAX = 1_048_575;
const PAGE = 100_000;
const PARQUET = "application/vnd.apache.parquet";

/** The shown stretch of time as a file: as it is drawn, its samples, or what they come to. */
export function TrendDownload({ points, view, first = "drawn", onClose }: TrendDownloadProps) {
  const [edges] = useState(() => edgesOf(view, live.now()));
  const [lines, setLines] = useState<Lines>(first);
  const [kind, setKind] = useState<Kind>("csv");
  const [count, setCount] = useState<number | null>(null);
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const wish = { points, edges, lines, kind: isSum(lines) ? kind : "csv" } as const;
  const take = async () => {
    setCount(0);
    setProblem(null);
    try {
      download(fileName(wish), await fileOf(wish, setCount));
      onClose();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setProblem(error);
    }
    setCount(null);
  };
  return (
    <Dialog
      title="Download"
      open
      onClose={onClose}
      actions={
        <Button kind="primary" busy={count !== null} onClick={() => void take()}>
          Save file
        </Button>
      }
    >
      <ProblemNote problem={problem} />
      <p>
        {formatCount(points.length, "variable")}, {formatDateTime(edges.from)} to{" "}
        {formatDateTime(edges.to)}.
      </p>
      <Choice label="One line for each" options={LINES} value={lines} onChange={setLines} />
      <p className="dim">{MEANINGS[lines]}</p>
      {isSum(lines) && <Choice label="File" options={KINDS} value={kind} onChange={setKind} />}
      {count !== null && count > 0 && (
        <p className="num" role="status">{`${formatNumber(count, 0)} lines so far`}</p>
      )}
    </Dialog>
  );
}

const SUMMED =
  "with the number of good values, lowest, highest and mean, the first, the last, and how much a " +
  "counter grew.";
const MEANINGS: Readonly<Record<Lines, string>> = {
  drawn: "One line for each step of the chart, with mean, lowest and highest.",
  samples: "One line for each sample, with its quality.",
  hour: `One line for each hour and variable, ${SUMMED}`,
  day: `One line for each day of this place and variable, ${SUMMED}`,
  month: `One line for each month of this place and variable, ${SUMMED}`,
};

type Sum = Exclude<Lines, "drawn" | "samples">;

function isSum(lines: Lines): lines is Sum {
  return lines !== "drawn" && lines !== "samples";
}

type Wish = {
  readonly points: readonly PointReply[];
  readonly edges: Edges;
  readonly lines: Lines;
  readonly kind: Kind;
};

async function fileOf(
  { points, edges, lines, kind }: Wish,
  onCount: (lines: number) => void,
): Promise<string | Blob> {
  if (lines === "drawn") return bucketsCsv(await loadDrawn(points, edges), hasLane);
  if (lines === "samples") return samplesOf(points, edges, onCount);
  const query = {
    points: points.map(({ id }) => id).join(","),
    from: Math.floor(edges.from),
    to: Math.ceil(edges.to),
    calendar: lines,
    tz: Intl.DateTimeFormat().resolvedOptions().timeZone,
    fns: SUMS.join(","),
  };
  if (kind === "parquet") return callForFile(PARQUET, "GET /history/aggregate", { query });
  return sumsCsv(points, await call("GET /history/aggregate", { query }));
}

/** Page by page, so that neither side holds more than one of them. */
async function samplesOf(
  points: readonly PointReply[],
  { from, to }: Edges,
  onCount: (lines: number) => void,
): Promise<string> {
  const parts = [samplesHeader()];
  let lines = 0;
  for (const point of points) {
    let after: string | null | undefined;
    while (after !== null && lines < LINES_MAX) {
      const limit = Math.min(PAGE, LINES_MAX - lines);
      const span = { from: Math.floor(from), to: Math.ceil(to), limit };
      const page: Reply<"GET /points/:id/history"> = await call("GET /points/:id/history", {
        params: { id: point.id },
        query: { ...span, ...(after !== undefined && { after }) },
      });
      parts.push(samplesCsv(point, page));
      lines += page.at.length;
      after = page.next;
      onCount(lines);
    }
  }
  if (lines >= LINES_MAX) say(`Only the first ${formatNumber(LINES_MAX, 0)} samples`);
  return parts.join("");
}

/** `fieldline 2026-03-03 14.10 to 2026-03-03 15.10.csv`: no colons, for Windows' sake. */
function fileName({ edges: { from, to }, kind }: Wish): string {
  const [begin, end] = [from, to].map((at) =>
    new Date(at).toISOString().slice(0, 16).replace("T", " ").replace(":", "."),
  );
  return `fieldline ${begin} to ${end}.${kind}`;
}
