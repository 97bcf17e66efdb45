import { useState } from "react";
import type { PointReply, RouteName } from "../../src/api/contract.ts";
import { formatName } from "../format.ts";
import { Button } from "../part/button.tsx";
import { CheckField, TextField } from "../part/field.tsx";
import { FormDialog } from "../part/form-dialog.tsx";
import { changeOf, formOf, type PointField, type PointForm } from "../point-form.ts";
import { useAsk } from "../query.ts";
import { useUndo } from "../use-undo.ts";
import { KeepPoint } from "./point-keep.tsx";

const CHANGES: readonly RouteName[] = [
  "GET /assets/:id",
  "GET /points",
  "GET /points/latest",
  "GET /devices/:id",
  "GET /history/aggregate",
];

type EditPointProps = { readonly point: PointReply; readonly onClose: () => void };

/** How a value is named and drawn. Its history is not touched. */
export function EditPoint({ point, onClose }: EditPointProps) {
  const [form, setForm] = useState(() => formOf(point.variable));
  const [isTried, setTried] = useState(false);
  const [isKeeping, setKeeping] = useState(false);
  const save = useAsk("PATCH /points/:id", CHANGES);
  const params = { id: point.id };
  const undo = useUndo();
  const { errors, change } = changeOf(form);
  const onSubmit = () => {
    setTried(true);
    if (!change) return;
    const onSuccess = () => {
      const before = changeOf(formOf(point.variable)).change;
      if (before) undo("Saved", "PATCH /points/:id", { params, body: before }, CHANGES);
      onClose();
    };
    save.mutate({ params, body: change }, { onSuccess });
  };
  if (isKeeping) return <KeepPoint point={point} onClose={onClose} />;
  return (
    <FormDialog
      title={`Edit ${formatName(point.variable.name)}`}
      verb="Save"
      busy={save.isPending}
      problem={save.error}
      isGrid
      aside={<Button onClick={() => setKeeping(true)}>How long it is kept</Button>}
      onSubmit={onSubmit}
      onClose={onClose}
    >
      <PointFields
        form={form}
        errors={isTried ? errors : {}}
        isNumber={point.variable.dataType === "number" || point.variable.dataType === "integer"}
        onChange={(changed) => setForm({ ...form, ...changed })}
      />
    </FormDialog>
  );
}

type PointFieldsProps = {
  readonly form: PointForm;
  readonly errors: Partial<Record<PointField, string>>;
  readonly isNumber: boolean;
  readonly onChange: (changed: Partial<PointForm>) => void;
};

function PointFields({ form, errors, isNumber, onChange }: PointFieldsProps) {
  const field = (name: PointField, label: string) => ({
    label,
    value: form[name],
    error: errors[name],
    onChange: (value: string) => onChange({ [name]: value }),
  });
  return (
    <>
      <TextField {...field("name", "Name")} maxLength={128} />
      <TextField {...field("unit", "Unit")} maxLength={32} />
      {isNumber && (
        <>
          <TextField {...field("low", "Scale from")} inputMode="decimal" />
          <TextField {...field("high", "Scale to")} inputMode="decimal" />
          <TextField {...field("normalLow", "Normal from")} inputMode="decimal" />
          <TextField {...field("normalHigh", "Normal to")} inputMode="decimal" />
          <TextField {...field("decimals", "Digits after the point")} inputMode="numeric" />
        </>
      )}
      <TextField {...field("freshSeconds", "Live for")} unit="s" inputMode="numeric" />
      <p className="hint wide">
        Past that age without a new value it is drawn dim, with its age, as no longer live.
      </p>
      {isNumber && <CounterFields form={form} errors={errors} onChange={onChange} />}
    </>
  );
}

/** Of a register what it grew by is shown; where it goes on from 0, only its maker can say. */
function CounterFields({ form, errors, onChange }: Omit<PointFieldsProps, "isNumber">) {
  return (
    <div className="wide stack">
      <CheckField
        label="It only ever grows, as a meter's register does: show its increase"
        checked={form.counter}
        onChange={(counter) => onChange({ counter })}
      />
      {form.counter && (
        <TextField
          label="Goes on from 0 at"
          unit={form.unit}
          inputMode="decimal"
          value={form.rollover}
          error={errors.rollover}
          hint="1000000 for a register of six digits. Empty: a smaller value is a new start from 0."
          onChange={(rollover) => onChange({ rollover })}
        />
      )}
    </div>
  );
}
