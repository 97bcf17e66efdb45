import type { ReactNode } from "react";
import type { FormErrors, FormField, FormSection, FormValues } from "../schema-form.ts";
import { SelectField, TextArea, TextField } from "./field.tsx";
import "./schema-fields.css";

type SchemaFieldsProps = {
  readonly sections: readonly FormSection[];
  readonly values: FormValues;
  readonly errors: FormErrors;
  /** What is allowed and worth a second thought, by field. */
  readonly doubts: Readonly<Record<string, string>>;
  /** Where a field's value comes from, below it. */
  readonly notes?: Readonly<Record<string, ReactNode>>;
  readonly onChange: (key: string, text: string) => void;
};

/** The fields of a form that a JSON Schema describes, a block for each of its objects. */
export function SchemaFields({ sections, ...rest }: SchemaFieldsProps) {
  const told = new Set<string>();
  return (
    <div className="schema-fields">
      {sections.map(({ key, title, fields }) => (
        <fieldset key={key} className="schema-section">
          {title && <legend>{title}</legend>}
          <div className="schema-grid">
            {fields.map((field) => (
              <div key={field.key} data-field={field.path.at(-1)}>
                <SchemaField field={field} isTold={isTold(told, field)} {...rest} />
                {rest.notes?.[field.key]}
              </div>
            ))}
          </div>
        </fieldset>
      ))}
    </div>
  );
}

/** Six sensors with the same three settings: each sentence is said once. */
function isTold(told: Set<string>, { title, description }: FormField): boolean {
  const sentence = `${title}: ${description}`;
  const isKnown = told.has(sentence);
  told.add(sentence);
  return isKnown;
}

type SchemaFieldProps = Omit<SchemaFieldsProps, "sections"> & {
  readonly field: FormField;
  readonly isTold: boolean;
};

function SchemaField({ field, values, errors, doubts, onChange, isTold }: SchemaFieldProps) {
  const { key, title, kind, unit, description } = field;
  const doubt = doubts[key];
  const hint = doubt ? (
    <span className="schema-doubt">{doubt}</span>
  ) : (
    (!isTold && description) || undefined
  );
  const shared = {
    label: title,
    value: values[key] ?? "",
    onChange: (text: string) => onChange(key, text),
    error: errors[key],
    hint,
  };
  if (kind === "choice") return <SelectField {...shared} options={optionsOf(field)} />;
  if (kind === "json") return <TextArea {...shared} rows={2} mono />;
  const isNumber = kind !== "text";
  return (
    <TextField
      {...shared}
      {...(unit ? { unit } : {})}
      {...(isNumber ? ({ inputMode: "decimal", autoComplete: "off" } as const) : {})}
    />
  );
}

function optionsOf({ choices, isRequired }: FormField) {
  const none = isRequired ? [] : [{ value: "", label: "Not set" }];
  return [...none, ...choices.map(({ value, label }) => ({ value, label }))];
}
