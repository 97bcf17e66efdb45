import { useState } from "react";
import type { PointReply, SamplesImportReply } from "../../src/api/contract.ts";
import { formatCount, formatNumber } from "../format.ts";
import {
  endWords,
  type ImportReading,
  type ImportReport,
  newsIn,
  unknownIn,
} from "../import-words.ts";
import { Button } from "../part/button.tsx";
import { Dialog } from "../part/dialog.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { CheckField } from "../part/field.tsx";
import { isAtWork, type SamplesImport, useSamplesImport } from "../use-samples-import.ts";
import { ImportList } from "./import-list.tsx";
import { ImportReadingFields } from "./import-reading.tsx";
import { ImportCounts, ImportFaults, ImportSeriesTable } from "./import-report.tsx";
import "./import-samples.css";

type ImportSamplesProps = {
  /** Where somebody stands: names of the file are meant of these first. */
  readonly points: readonly PointReply[];
  readonly onClose: () => void;
};

/** Samples from a file: which one, what it would change, and only then they are stored. */
export function ImportSamples({ points, onClose }: ImportSamplesProps) {
  const job = useSamplesImport(points.map(({ id }) => id));
  const { state } = job;
  if (!state?.look || state.state === "looked-at" || state.state === "receiving") {
    return <ChooseFile job={job} onClose={onClose} />;
  }
  if (isAtWork(state)) return <AtWork job={job} state={state} onClose={onClose} />;
  const isChecked = state.state === "checked" || !state.report;
  if (isChecked) return <Preview job={job} state={state} points={points} onClose={onClose} />;
  return <Result state={state} onClose={onClose} />;
}

type StepProps = { readonly job: SamplesImport; readonly onClose: () => void };

function ChooseFile({ job, onClose }: StepProps) {
  const { file, sent, state, problem } = job;
  const isSending = file !== null && state?.state !== "failed" && !problem;
  return (
    <Dialog title="Import samples" open onClose={onClose}>
      <ProblemNote problem={problem} />
      {state?.state === "failed" && (
        <Refused words={`${state.name} cannot be imported: ${state.detail}.`} />
      )}
      {isSending ? (
        <>
          <p role="status">
            Handing in {file.name}: {megabytes(sent)} of {megabytes(file.size)}
          </p>
          <progress max={file.size} value={sent} aria-label={`Handing in ${file.name}`} />
        </>
      ) : (
        <>
          <FileInput label="File with samples" onChoose={job.choose} />
          <p className="dim">
            CSV or Parquet: a download of every sample, what <code>fieldline export</code> has
            written, or a table of another system with a column of times. You see what it would
            change before anything is stored.
          </p>
          <ImportList />
        </>
      )}
    </Dialog>
  );
}

type FileInputProps = { readonly label: string; readonly onChoose: (file: File) => void };

function FileInput({ label, onChoose }: FileInputProps) {
  return (
    <input
      type="file"
      accept=".csv,.txt,.tsv,.parquet,text/csv"
      aria-label={label}
      onChange={({ target }) => {
        const file = target.files?.[0];
        if (file) onChoose(file);
      }}
    />
  );
}

function megabytes(bytes: number): string {
  return `${formatNumber(bytes / 1e6, bytes < 1e7 ? 1 : 0)} MB`;
}

type StateProps = StepProps & { readonly state: SamplesImportReply };

function AtWork({ job, state, onClose }: StateProps) {
  const isStoring = state.state === "storing";
  const title = isStoring ? "Storing samples" : "Reading the file";
  const rows = state.report?.rows ?? 0;
  return (
    <Dialog
      title={title}
      open
      onClose={onClose}
      actions={<Button onClick={job.stop}>{isStoring ? "Stop" : "Cancel"}</Button>}
    >
      <ProblemNote problem={job.problem} />
      <p className="num" role="status">
        {`${formatCount(rows, "row")} of ${state.name}, ${formatNumber(state.done * 100, 0)} %`}
      </p>
      <progress max={1} value={state.done} aria-label={title} />
      {isStoring && (
        <p className="dim">
          It goes on if you close this; the journal has what came of it. What is stored when you
          stop it stays.
        </p>
      )}
    </Dialog>
  );
}

type PreviewProps = StateProps & { readonly points: readonly PointReply[] };

function Preview({ job, state, points, onClose }: PreviewProps) {
  const [mayShorten, setMayShorten] = useState(false);
  const { reading, setReading, isStale } = job;
  const { look, report, detail } = state;
  if (!look || !reading) return null;
  const isWhole = report !== null && report.refused === 0 && unknownIn(report).length === 0;
  const news = report && !isStale ? newsIn(report) : 0;
  const isReady = news > 0 && (isWhole || mayShorten);
  return (
    <Dialog
      title="Import samples"
      open
      wide
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button disabled={!isStale} onClick={job.check}>
            Check again
          </Button>
          <Button kind="primary" disabled={!isReady} onClick={() => job.store(!isWhole)}>
            {news > 0 ? `Import ${formatCount(news, "sample")}` : "Import"}
          </Button>
        </>
      }
    >
      <ProblemNote problem={job.problem} />
      {detail && <Refused words={detail} />}
      {report && <Found {...{ state, report, points, isStale, reading }} onChange={setReading} />}
      {!isWhole && news > 0 && (
        <CheckField
          label="Leave out what cannot be read or has no variable, and import the rest"
          checked={mayShorten}
          onChange={setMayShorten}
        />
      )}
      <ImportReadingFields look={look} reading={reading} onChange={setReading} />
    </Dialog>
  );
}

type FoundProps = Pick<PreviewProps, "state" | "points"> & {
  readonly report: ImportReport;
  readonly isStale: boolean;
  readonly reading: ImportReading;
  readonly onChange: (reading: ImportReading) => void;
};

function Found({ state, report, points, isStale, reading, onChange }: FoundProps) {
  return (
    <>
      <ImportCounts name={state.name} report={report} isStale={isStale} />
      <ImportSeriesTable {...{ report, points, reading, onChange }} />
      {report.faults.length > 0 && <ImportFaults report={report} />}
    </>
  );
}

function Refused({ words }: { readonly words: string }) {
  return (
    <p className="problem-note" role="alert">
      {words}
    </p>
  );
}

function Result({ state, onClose }: Omit<StateProps, "job">) {
  const { report, name } = state;
  const isWhole = state.state === "stored";
  return (
    <Dialog
      title={isWhole ? "Samples imported" : "Samples imported in part"}
      open
      onClose={onClose}
      actions={
        <Button kind="primary" onClick={onClose}>
          Close
        </Button>
      }
    >
      <p role="status" className={isWhole ? undefined : "problem-note"}>
        {endWords(state)}
      </p>
      {report && <ImportCounts name={name} report={report} isStale={false} />}
      {report && report.faults.length > 0 && <ImportFaults report={report} />}
    </Dialog>
  );
}
