import { useState } from "react";
import type { PointReply, Reply } from "../../src/api/contract.ts";
import { call, ProblemError } from "../api.ts";
import { download } from "../download.ts";
import { formatCount, formatDateTime, formatNumber } from "../format.ts";
import { Button } from "../part/button.tsx";
import { Dialog } from "../part/dialog.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { hasLane } from "../part/pen.ts";
import { say } from "../part/toast.tsx";
import { bucketsCsv, samplesCsv, samplesHeader } from "../trend-csv.ts";
import { edgesOf, type View } from "../trend-view.ts";
import { live } from "../use-live.ts";
import { type Edges, loadDrawn } from "../use-trend.ts";

type TrendDownloadProps = {
  readonly points: readonly PointReply[];
  readonly view: View;
  readonly onClose: () => void;
};

/** More lines no spreadsheet opens; who needs more asks the API. */
const LINES_MAX = 1_048_575;
const PAGE = 100_000;

/** The shown stretch of time as a file: as it is drawn, or every sample of it. */
export function TrendDownload({ points, view, onClose }: TrendDownloadProps) {
  const [edges] = useState(() => edgesOf(view, live.now()));
  const [lines, setLines] = useState<number | null>(null);
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const isBusy = lines !== null;
  const take = async (made: Promise<string>) => {
    setLines(0);
    setProblem(null);
    try {
      download(fileName(edges), await made);
      onClose();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setProblem(error);
    }
    setLines(null);
  };
  return (
    <Dialog
      title="Download as CSV"
      open
      onClose={onClose}
      actions={
        <>
          <Button busy={isBusy} onClick={() => void take(drawnOf(points, edges))}>
            As drawn
          </Button>
          <Button
            kind="primary"
            busy={isBusy}
            onClick={() => void take(samplesOf(points, edges, setLines))}
          >
            Every sample
          </Button>
        </>
      }
    >
      <ProblemNote problem={problem} />
      <p>
        {formatCount(points.length, "variable")}, {formatDateTime(edges.from)} to{" "}
        {formatDateTime(edges.to)}.
      </p>
      <p className="dim">
        As drawn: one line for each step of the chart, with mean, lowest and highest. Every sample:
        one line for each, with its quality.
      </p>
      {lines !== null && lines > 0 && (
        <p className="num" role="status">{`${formatNumber(lines, 0)} lines so far`}</p>
      )}
    </Dialog>
  );
}

async function drawnOf(points: readonly PointReply[], edges: Edges): Promise<string> {
  return bucketsCsv(await loadDrawn(points, edges), hasLane);
}

/** Page by page, so that neither side holds more than one of them. */
async function samplesOf(
  points: readonly PointReply[],
  { from, to }: Edges,
  onLines: (lines: number) => void,
): Promise<string> {
  const parts = [samplesHeader()];
  let lines = 0;
  for (const point of points) {
    let next: string | null = new Date(from).toISOString();
    while (next !== null && lines < LINES_MAX) {
      const limit = Math.min(PAGE, LINES_MAX - lines);
      const page: Reply<"GET /points/:id/history"> = await call("GET /points/:id/history", {
        params: { id: point.id },
        query: { from: next, to: Math.ceil(to), limit },
      });
      parts.push(samplesCsv(point, page));
      lines += page.at.length;
      next = page.next;
      onLines(lines);
    }
  }
  if (lines >= LINES_MAX) say(`Only the first ${formatNumber(LINES_MAX, 0)} samples`);
  return parts.join("");
}

/** `fieldline 2026-03-03 14.10 to 2026-03-03 15.10.csv`: no colons, for Windows' sake. */
function fileName({ from, to }: Edges): string {
  const [begin, end] = [from, to].map((at) =>
    new Date(at).toISOString().slice(0, 16).replace("T", " ").replace(":", "."),
  );
  return `fieldline ${begin} to ${end}.csv`;
}
