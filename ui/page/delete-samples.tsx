import { useState } from "react";
import type { PointReply, RouteName } from "../../src/api/contract.ts";
import {
  type DeleteRange,
  isBeyond,
  rangeIn,
  sumsIn,
  type TypedRange,
  typedRange,
  wholeSeconds,
} from "../delete-range.ts";
import { formatCount, formatDate, formatName, formatTime, zoneName } from "../format.ts";
import { Button } from "../part/button.tsx";
import { Dialog } from "../part/dialog.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { SelectField, TextField } from "../part/field.tsx";
import { say } from "../part/toast.tsx";
import { TypedConfirm } from "../part/typed-confirm.tsx";
import { useAsk, useReply } from "../query.ts";
import { edgesOf, type View } from "../trend-view.ts";
import { live } from "../use-live.ts";
import { TrendDownload } from "./trend-download.tsx";

/** What is told of samples, and so is asked for again when some are deleted. */
export const DELETION_CHANGES: readonly RouteName[] = [
  "GET /history/aggregate",
  "GET /points/:id/history/count",
  "GET /assets/:id",
  "GET /points",
  "GET /points/latest",
];

type DeleteSamplesProps = {
  readonly points: readonly PointReply[];
  /** Its stretch of time is offered first. */
  readonly view: View;
  readonly onClose: () => void;
};

/** Some of a point's samples, for good: which, what that changes, and then a word to be typed. */
export function DeleteSamples({ points, view, onClose }: DeleteSamplesProps) {
  const [shown] = useState(() => wholeSeconds(edgesOf(view, live.now()), live.now()));
  const [typed, setTyped] = useState(() => typedRange(shown));
  const [id, setId] = useState(points[0]?.id);
  const [step, setStep] = useState<"choose" | "download" | "confirm">("choose");
  const point = points.find((one) => one.id === id);
  const range = rangeIn(typed, shown);
  const counted = useCount(id, range);
  if (!point) return null;
  const back = () => setStep("choose");
  if (step === "download" && range) {
    const seen = { from: range.from, spanMs: range.to - range.from };
    return <TrendDownload points={[point]} view={seen} first="samples" onClose={back} />;
  }
  if (step === "confirm" && range && counted.count) {
    return <ConfirmDeletion {...{ point, range, count: counted.count, onClose }} />;
  }
  const hasNone = !counted.count;
  return (
    <Dialog
      title="Delete samples"
      open
      onClose={onClose}
      actions={
        <>
          <Button disabled={hasNone} onClick={() => setStep("download")}>
            Download first
          </Button>
          <Button kind="danger" disabled={hasNone} onClick={() => setStep("confirm")}>
            Delete …
          </Button>
        </>
      }
    >
      <ProblemNote problem={counted.error} />
      {points.length > 1 && (
        <SelectField label="Of" value={point.id} options={points.map(optionOf)} onChange={setId} />
      )}
      <RangeFields typed={typed} isRange={range !== undefined} onChange={setTyped} />
      {range && <Effects point={point} range={range} count={counted.count} />}
    </Dialog>
  );
}

/** How many there are, good or not; undefined while that is not known. */
function useCount(id = "", range: DeleteRange | undefined) {
  const query = range ?? { from: 0, to: 1 };
  const parts = { params: { id }, query };
  const { data, error } = useReply("GET /points/:id/history/count", parts, { when: !!range });
  return { count: data?.samples, error };
}

function optionOf({ id, aspect, variable }: PointReply) {
  return { value: id, label: `${formatName(variable.name)} (${aspect})` };
}

type RangeFieldsProps = {
  readonly typed: TypedRange;
  readonly isRange: boolean;
  readonly onChange: (typed: TypedRange) => void;
};

function RangeFields({ typed, isRange, onChange }: RangeFieldsProps) {
  const time = { type: "datetime-local", step: 1, required: true };
  return (
    <div className="stack">
      <TextField
        {...time}
        label={`From, ${zoneOf(typed.from)}`}
        value={typed.from}
        onChange={(from) => onChange({ ...typed, from })}
      />
      <TextField
        {...time}
        label="To, not included"
        value={typed.to}
        error={isRange ? undefined : "Has to be later than its beginning"}
        onChange={(to) => onChange({ ...typed, to })}
      />
    </div>
  );
}

/** The zone of a time as it is typed: summer has another. */
function zoneOf(local: string): string {
  return zoneName(Date.parse(local) || live.now());
}

type EffectsProps = {
  readonly point: PointReply;
  readonly range: DeleteRange;
  readonly count: number | undefined;
};

/** What goes, and what follows from that. */
function Effects({ point, range, count }: EffectsProps) {
  const kept = useReply("GET /points/:id/retention", { params: { id: point.id } }).data;
  const rawDays = (kept?.own ?? kept?.house)?.rawDays ?? null;
  const { hours, days } = sumsIn(range);
  if (count === 0) return <p role="status">There are no samples in this range.</p>;
  return (
    <>
      <p className="num" role="status">
        <b>{count === undefined ? "Counting …" : formatCount(count, "sample")}</b>
      </p>
      <p className="dim">
        {`What ${formatCount(hours, "hour")} and ${formatCount(days, "day")} (UTC) came to `}
        is made anew from what is left.
        {point.variable.counter &&
          " What the counter grew by meanwhile counts at its first value behind the gap."}
      </p>
      {isBeyond(range, rawDays, live.now()) && (
        <p className="dim">
          {`Of what is older than ${formatCount(rawDays ?? 0, "day")}, only hours and days may be `}
          left: each one that reaches into the range goes whole.
        </p>
      )}
      <p className="dim">
        The journal, commands and events stay as they are. Backups and files made before still have
        these samples.
      </p>
    </>
  );
}

type ConfirmDeletionProps = {
  readonly point: PointReply;
  readonly range: DeleteRange;
  readonly count: number;
  readonly onClose: () => void;
};

function ConfirmDeletion({ point, range: { from, to }, count, onClose }: ConfirmDeletionProps) {
  const samples = formatCount(count, "sample");
  const remove = useAsk("DELETE /points/:id/history", DELETION_CHANGES, () => {
    say(`Deleted ${samples}`);
    onClose();
  });
  const query = { from, to, confirm: `${from}/${to}` };
  return (
    <TypedConfirm
      title={`Delete ${samples}`}
      verb="Delete"
      word="delete"
      open
      busy={remove.isPending}
      onClose={onClose}
      onConfirm={() => remove.mutate({ params: { id: point.id }, query })}
    >
      <ProblemNote problem={remove.error} />
      <p>
        {`${formatName(point.variable.name)} of ${point.path}, from ${whenWords(from)} to `}
        {`${whenWords(to)} ${zoneName(to)}. `}
        <b>This cannot be undone.</b>
      </p>
    </TypedConfirm>
  );
}

/** With its year: what is deleted may be long ago. */
function whenWords(at: number): string {
  return `${formatDate(at)}, ${formatTime(at)}`;
}
