import { type FormEvent, useId, useState } from "react";
import type { PointReply } from "../../src/api/contract.ts";
import { formatName } from "../format.ts";
import { Button } from "../part/button.tsx";
import { Dialog } from "../part/dialog.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { TextField } from "../part/field.tsx";
import { say } from "../part/toast.tsx";
import { changeOf, formOf, type PointForm } from "../point-form.ts";
import { useAsk } from "../query.ts";

type EditPointProps = { readonly point: PointReply; readonly onClose: () => void };

/** How a value is named and drawn. Its history is not touched. */
export function EditPoint({ point, onClose }: EditPointProps) {
  const [form, setForm] = useState(() => formOf(point.variable));
  const [isTried, setTried] = useState(false);
  const save = useAsk("PATCH /points/:id", [
    "GET /assets/:id",
    "GET /points",
    "GET /points/latest",
    "GET /devices/:id",
  ]);
  const id = useId();
  const { errors, change } = changeOf(form);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!change) return;
    save.mutate(
      { params: { id: point.id }, body: change },
      {
        onSuccess: () => {
          say("Saved");
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      title={`Edit ${formatName(point.variable.name)}`}
      open
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={id} kind="primary" busy={save.isPending}>
            Save
          </Button>
        </>
      }
    >
      <ProblemNote problem={save.error} />
      <form id={id} className="form-grid" onSubmit={onSubmit} noValidate>
        <PointFields
          form={form}
          errors={isTried ? errors : {}}
          isNumber={point.variable.dataType === "number" || point.variable.dataType === "integer"}
          onChange={(changed) => setForm({ ...form, ...changed })}
        />
      </form>
    </Dialog>
  );
}

type PointFieldsProps = {
  readonly form: PointForm;
  readonly errors: Partial<Record<keyof PointForm, string>>;
  readonly isNumber: boolean;
  readonly onChange: (changed: Partial<PointForm>) => void;
};

function PointFields({ form, errors, isNumber, onChange }: PointFieldsProps) {
  const field = (name: keyof PointForm, label: string) => ({
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
    </>
  );
}
