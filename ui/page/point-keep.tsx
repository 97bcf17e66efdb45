import { useState } from "react";
import type { PointReply, Reply, RetentionReply, RouteName } from "../../src/api/contract.ts";
import { formatCount, formatDate, formatName } from "../format.ts";
import { choiceOf, daysChoices, daysOf, goesBefore, keptWords, withDays } from "../keep-form.ts";
import { Button } from "../part/button.tsx";
import { Waiting } from "../part/empty.tsx";
import { SelectField } from "../part/field.tsx";
import { FormDialog } from "../part/form-dialog.tsx";
import { Options } from "../part/options.tsx";
import { useAsk, useReply } from "../query.ts";
import { useMay } from "../session.ts";
import { viewOf } from "../trend-view.ts";
import { live } from "../use-live.ts";
import { useUndo } from "../use-undo.ts";
import { DeleteSamples } from "./delete-samples.tsx";

const CHANGES: readonly RouteName[] = ["GET /points/:id/retention"];

type KeepPointProps = { readonly point: PointReply; readonly onClose: () => void };
type Kept = Reply<"GET /points/:id/retention">;

/** How long its history is kept. */
export function KeepPoint({ point, onClose }: KeepPointProps) {
  const reply = useReply("GET /points/:id/retention", { params: { id: point.id } });
  const [isDeleting, setDeleting] = useState(false);
  const mayDelete = useMay("administer");
  const [own, setOwn] = useState<RetentionReply | null | undefined>(undefined);
  const save = useAsk("PUT /points/:id/retention", CHANGES);
  const undo = useUndo();
  const params = { id: point.id };
  const before = reply.data;
  const onSubmit = () => {
    if (!before || own === undefined) return onClose();
    const onSuccess = () => {
      undo("Saved", "PUT /points/:id/retention", { params, body: { own: before.own } }, CHANGES);
      onClose();
    };
    save.mutate({ params, body: { own } }, { onSuccess });
  };
  if (isDeleting) return <DeleteSamples points={[point]} view={viewOf({})} onClose={onClose} />;
  return (
    <FormDialog
      title={`How long ${formatName(point.variable.name)} is kept`}
      verb="Save"
      busy={save.isPending}
      problem={save.error ?? reply.error}
      isReady={before !== undefined}
      aside={mayDelete && <Button onClick={() => setDeleting(true)}>Delete samples …</Button>}
      onSubmit={onSubmit}
      onClose={onClose}
    >
      {before && <KeepFields own={own === undefined ? before.own : own} {...{ before, setOwn }} />}
      {before && own !== undefined && (
        <Loss id={point.id} was={before.own ?? before.house} is={own ?? before.house} />
      )}
      {!before && !reply.error && <Waiting />}
    </FormDialog>
  );
}

type KeepFieldsProps = {
  readonly own: RetentionReply | null;
  readonly before: Kept;
  readonly setOwn: (own: RetentionReply | null) => void;
};

const FIELDS = [
  { name: "rawDays", label: "Every value" },
  { name: "hourlyDays", label: "What each hour came to" },
  { name: "dailyDays", label: "What each day came to" },
] as const;

function KeepFields({ own, before: { own: saved, house }, setOwn }: KeepFieldsProps) {
  return (
    <>
      <Options
        label="How long"
        columns={2}
        options={[
          { value: "house", name: "Like the others", words: keptWords(house) },
          { value: "own", name: "Its own time", words: own ? keptWords(own) : "chosen here" },
        ]}
        value={own ? "own" : "house"}
        onChange={(whose) => setOwn(whose === "own" ? (saved ?? house) : null)}
      />
      {own &&
        FIELDS.map(({ name, label }) => (
          <SelectField
            key={name}
            label={label}
            value={choiceOf(own[name])}
            options={daysChoices(own[name])}
            onChange={(value) => setOwn(withDays(own, name, daysOf(value)))}
          />
        ))}
      <p className="hint">
        What is older goes within the hour, and does not come back. Lowest, highest, mean and sum of
        hours and days remain for trends and reports.
      </p>
    </>
  );
}

type LossProps = {
  readonly id: string;
  readonly was: RetentionReply;
  readonly is: RetentionReply;
};

/** How many samples go by it: saving is not undone by taking it back. */
function Loss({ id, was, is }: LossProps) {
  const [now] = useState(() => live.now());
  const to = Math.floor(goesBefore(was, is, now) ?? 0);
  const parts = { params: { id }, query: { from: 0, to: Math.max(1, to) } };
  const { data } = useReply("GET /points/:id/history/count", parts, { when: to > 0 });
  if (to === 0 || !data) return null;
  if (data.samples === 0) return <p role="status">No sample is older than that yet.</p>;
  return (
    <p className="problem-note num" role="status">
      {`${formatCount(data.samples, "sample")} older than ${formatDate(to)} `}
      {data.samples === 1 ? "goes" : "go"} within the hour, for good.
    </p>
  );
}
