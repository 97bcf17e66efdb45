import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { PointReply } from "../../src/api/contract.ts";
import { ProblemError } from "../api.ts";
import { download } from "../download.ts";
import { formatBytes, formatCount, formatDateTime, formatNumber } from "../format.ts";
import { Button } from "../part/button.tsx";
import { Dialog } from "../part/dialog.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { SelectField } from "../part/field.tsx";
import { Choice } from "../part/tabs.tsx";
import {
  countSamples,
  type FileKind,
  type FileWish,
  fileBytes,
  fileName,
  fileOf,
  LINES_MAX,
  type Lines,
} from "../trend-file.ts";
import { edgesOf, type View } from "../trend-view.ts";
import { live } from "../use-live.ts";

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
  { value: "week", label: "Weeks" },
  { value: "month", label: "Months" },
  { value: "quarter", label: "Quarters" },
  { value: "year", label: "Years" },
] as const;
const KINDS = [
  { value: "csv", label: "CSV" },
  { value: "parquet", label: "Parquet" },
] as const;

/** The shown stretch of time as a file: as it is drawn, its samples, or what they come to. */
export function TrendDownload({ points, view, first = "drawn", onClose }: TrendDownloadProps) {
  const [edges] = useState(() => edgesOf(view, live.now()));
  const [lines, setLines] = useState<Lines>(first);
  const [kind, setKind] = useState<FileKind>("csv");
  const wish = { points, edges, lines, kind: lines === "drawn" ? "csv" : kind } as const;
  const { take, progress, problem } = useFile(wish, onClose);
  return (
    <Dialog
      title="Download"
      open
      onClose={onClose}
      actions={
        <Button kind="primary" busy={progress !== null} onClick={() => void take()}>
          Save file
        </Button>
      }
    >
      <ProblemNote problem={problem} />
      <p>
        {formatCount(points.length, "variable")}, {formatDateTime(edges.from)} to{" "}
        {formatDateTime(edges.to)}.
      </p>
      <SelectField
        label="Lines"
        options={LINES}
        value={lines}
        hint={MEANINGS[lines]}
        onChange={setLines}
      />
      {lines !== "drawn" && <Choice label="File" options={KINDS} value={kind} onChange={setKind} />}
      {lines === "samples" && <SampleCount wish={wish} />}
      {progress && (
        <p className="num" role="status">
          {`${progress} so far`}
        </p>
      )}
    </Dialog>
  );
}

/** Makes the file and hands it over; who closes the dialog does not want it any more. */
function useFile(wish: FileWish, onDone: () => void) {
  const [progress, setProgress] = useState<string | null>(null);
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const work = useRef<AbortController>(undefined);
  useEffect(() => () => work.current?.abort(), []);
  const take = async () => {
    const controller = new AbortController();
    work.current = controller;
    setProgress("");
    setProblem(null);
    try {
      const file = await fileOf(wish, {
        signal: controller.signal,
        onLines: (lines) => setProgress(formatCount(lines, "line")),
        onBytes: (bytes) => setProgress(sizeText(bytes)),
      });
      download(fileName(wish), file);
      onDone();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setProblem(error);
    }
    setProgress(null);
  };
  return { take, progress, problem };
}

/** How many there are and how long the file gets, before anybody waits for it. */
function SampleCount({ wish: { points, edges, kind } }: { readonly wish: FileWish }) {
  const { data: samples, error } = useQuery<number, ProblemError>({
    queryKey: ["GET /points/:id/history/count", points.map(({ id }) => id), edges],
    queryFn: () => countSamples(points, edges),
  });
  if (error) return <ProblemNote problem={error} />;
  if (samples === undefined) return <p className="num">Counting …</p>;
  const size = sizeText(fileBytes(kind, points, samples));
  const isCut = kind === "csv" && samples > LINES_MAX;
  return (
    <>
      <p className="num">
        {samples === 0
          ? "There are no samples in this time."
          : `${formatCount(samples, "sample")}, about ${size}.`}
      </p>
      {isCut && (
        <p className="problem-note num" role="status">
          {`A spreadsheet opens ${formatNumber(LINES_MAX, 0)} lines: only the first of them are ` +
            "written. Parquet has all."}
        </p>
      )}
    </>
  );
}

function sizeText(bytes: number): string {
  const { text, unit } = formatBytes(bytes);
  return `${text} ${unit}`;
}

const SUMMED =
  "with the number of good values, lowest, highest and mean, the first, the last, and how much a " +
  "counter grew.";
const MEANINGS: Readonly<Record<Lines, string>> = {
  drawn: "One line for each step of the chart, with mean, lowest and highest.",
  samples:
    "One line for each sample, with its quality. CSV has places and units, for people; Parquet " +
    "has the exact values, and can be imported again.",
  hour: `One line for each hour and variable, ${SUMMED}`,
  day: `One line for each day of this place and variable, ${SUMMED}`,
  week: `One line for each week of this place, from Monday, and variable, ${SUMMED}`,
  month: `One line for each month of this place and variable, ${SUMMED}`,
  quarter: `One line for each quarter of this place and variable, ${SUMMED}`,
  year: `One line for each year of this place and variable, ${SUMMED}`,
};
