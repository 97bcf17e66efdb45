import { useState } from "react";
import { rangeIn, typedRange } from "../delete-range.ts";
import { zoneName } from "../format.ts";
import { Button } from "../part/button.tsx";
import { TextField } from "../part/field.tsx";
import { FormDialog } from "../part/form-dialog.tsx";
import { namedSpans } from "../time-span.ts";
import { chosenView, edgesOf, type View } from "../trend-view.ts";
import { live } from "../use-live.ts";
import "./trend-dates.css";

type TrendDatesProps = {
  readonly view: View;
  readonly onView: (view: View) => void;
  readonly onClose: () => void;
};

/** Any time, however long ago: by its name, or from when to when. */
export function TrendDates({ view, onView, onClose }: TrendDatesProps) {
  const [now] = useState(() => live.now());
  const [shown] = useState(() => edgesOf(view, now));
  const [typed, setTyped] = useState(() => typedRange(shown));
  const range = rangeIn(typed, shown);
  const isFuture = range !== undefined && range.from >= now;
  const show = (from: number, to: number) => {
    onView(chosenView(from, Math.min(to, now), now));
    onClose();
  };
  const field = { type: "datetime-local", step: 1, required: true };
  return (
    <FormDialog
      title="Choose dates"
      verb="Show"
      busy={false}
      problem={null}
      isReady={range !== undefined && !isFuture}
      onSubmit={() => range && show(range.from, range.to)}
      onClose={onClose}
    >
      <div className="date-names">
        {namedSpans(now).map(({ name, from, to }) => (
          <Button key={name} onClick={() => show(from, to)}>
            {name}
          </Button>
        ))}
      </div>
      <TextField
        {...field}
        label={`From, ${zoneName(Date.parse(typed.from) || now)}`}
        value={typed.from}
        error={isFuture ? "Has not happened yet" : undefined}
        onChange={(from) => setTyped({ ...typed, from })}
      />
      <TextField
        {...field}
        label="To, not included"
        value={typed.to}
        error={range ? undefined : "Has to be later than its beginning"}
        onChange={(to) => setTyped({ ...typed, to })}
      />
    </FormDialog>
  );
}
