import { Plus, Trash2 } from "lucide-react";
import type { FieldForm } from "../../src/domain/frame.ts";
import { FIELD_FORMS } from "../../src/domain/frame.ts";
import { formatNumber } from "../format.ts";
import {
  type FieldDraft,
  FORM_NAMES,
  FORMS,
  fieldAfter,
  type LayoutDraft,
  type Tried,
  triedOn,
} from "../layout-form.ts";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { SelectField, TextField } from "../part/field.tsx";
import { penOf } from "./layout-sample.tsx";

type LayoutFieldsProps = {
  readonly draft: LayoutDraft;
  readonly error: string | undefined;
  readonly onChange: (draft: LayoutDraft) => void;
};

/** Each value of the message: where it stands, how it is written, and what it reads now. */
export function LayoutFields({ draft, error, onChange }: LayoutFieldsProps) {
  const tried = triedOn(draft);
  const hasSample = draft.sample.trim() !== "";
  const change = (changed: FieldDraft) => {
    const fields = draft.fields.map((field) => (field.key === changed.key ? changed : field));
    onChange({ ...draft, fields });
  };
  const remove = (key: number) =>
    onChange({ ...draft, fields: draft.fields.filter((field) => field.key !== key) });
  const add = () => onChange({ ...draft, fields: [...draft.fields, fieldAfter(draft.fields)] });
  return (
    <Card
      title="3. What the bytes mean"
      actions={
        <Button icon={Plus} onClick={add}>
          Add field
        </Button>
      }
    >
      {draft.fields.length === 0 && (
        <p className="dim">
          Without fields the messages are read as JSON or text, and only the device is named by the
          topic.
        </p>
      )}
      <ol className="layout-fields" aria-label="Fields">
        {draft.fields.map((field, place) => (
          <li key={field.key} data-pen={penOf(place)}>
            <FieldRow
              field={field}
              place={place}
              tried={hasSample ? tried.get(field.key) : undefined}
              onChange={change}
              onRemove={() => remove(field.key)}
            />
          </li>
        ))}
      </ol>
      {error && (
        <p className="field-error" role="alert">
          {error}
        </p>
      )}
    </Card>
  );
}

type FieldRowProps = {
  readonly field: FieldDraft;
  readonly place: number;
  readonly tried: Tried | undefined;
  readonly onChange: (field: FieldDraft) => void;
  readonly onRemove: () => void;
};

function FieldRow({ field, place, tried, onChange, onRemove }: FieldRowProps) {
  const { form } = field;
  const isSized = FIELD_FORMS[form] === null || form === "bit";
  const isNumber = form !== "bit" && form !== "text" && form !== "hex";
  const text = (key: keyof FieldDraft, label: string) => (
    <TextField
      label={label}
      value={String(field[key])}
      onChange={(value) => onChange({ ...field, [key]: value })}
      mono={key !== "name" && key !== "unit"}
    />
  );
  return (
    <fieldset className="layout-field">
      <legend>{field.name || `Field ${place + 1}`}</legend>
      {text("name", "Name")}
      {text("offset", "First byte")}
      <SelectField<FieldForm>
        label="Written as"
        value={form}
        onChange={(changed) => onChange({ ...field, form: changed })}
        options={FORMS.map((value) => ({ value, label: FORM_NAMES[value] }))}
      />
      {isSized
        ? text("size", form === "bit" ? "Bit, 0 to 7" : "Bytes")
        : orderField(field, onChange)}
      {isNumber && text("scale", "Times")}
      {isNumber && text("shift", "Plus")}
      {isNumber && text("unit", "Unit")}
      <output className="layout-value num">{tried && wordsOf(tried, field.unit)}</output>
      <Button
        kind="quiet"
        icon={Trash2}
        onClick={onRemove}
        aria-label={`Remove ${field.name || `field ${place + 1}`}`}
      />
    </fieldset>
  );
}

function orderField(field: FieldDraft, onChange: FieldRowProps["onChange"]) {
  return (
    <SelectField
      label="Byte order"
      value={field.order}
      onChange={(order) => onChange({ ...field, order })}
      options={[
        { value: "little", label: "little-endian" },
        { value: "big", label: "big-endian" },
      ]}
    />
  );
}

function wordsOf(tried: Tried, unit: string): string {
  if ("fault" in tried) return tried.fault;
  const { value } = tried;
  if (value === null) return "no value";
  if (typeof value === "boolean") return value ? "true" : "false";
  const words = typeof value === "number" ? formatNumber(value, decimalsOf(value)) : String(value);
  return unit ? `${words} ${unit}` : words;
}

/** As many as it has, up to six. */
function decimalsOf(value: number): number {
  return Math.min(6, String(value).split(".")[1]?.length ?? 0);
}
