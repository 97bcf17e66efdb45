import { type InputHTMLAttributes, type ReactElement, type ReactNode, useId } from "react";
import "./field.css";

type Labelled = {
  readonly label: string;
  /** What to put there, in plain words; stays visible. */
  readonly hint?: string | ReactElement | undefined;
  /** What is wrong with what stands there. */
  readonly error?: string | undefined;
};

type TextFieldProps = Labelled &
  Omit<InputHTMLAttributes<HTMLInputElement>, "value" | "onChange" | "className"> & {
    readonly value: string;
    readonly onChange: (value: string) => void;
    /** Stands behind the input, dimmer. */
    readonly unit?: string;
    /** For keys, topics and JSON. */
    readonly mono?: boolean;
  };

export function TextField({
  label,
  hint,
  error,
  value,
  onChange,
  unit,
  mono = false,
  ...rest
}: TextFieldProps) {
  const id = useId();
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      <span className="field-box">
        <input
          {...rest}
          {...describedBy(id, hint, error)}
          id={id}
          className={mono ? "input mono" : "input"}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
        {unit && <span className="field-unit">{unit}</span>}
      </span>
    </Field>
  );
}

type TextAreaProps = Labelled & {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly rows?: number;
  readonly mono?: boolean;
};

export function TextArea({ label, hint, error, value, onChange, rows = 4, mono }: TextAreaProps) {
  const id = useId();
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      <textarea
        {...describedBy(id, hint, error)}
        id={id}
        className={mono ? "input mono" : "input"}
        rows={rows}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  );
}

type SelectFieldProps<T extends string> = Labelled & {
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly disabled?: boolean;
};

export function SelectField<T extends string>({
  label,
  hint,
  error,
  value,
  onChange,
  options,
  disabled = false,
}: SelectFieldProps<T>) {
  const id = useId();
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      <select
        {...describedBy(id, hint, error)}
        id={id}
        className="input"
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.target.value as T)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Field>
  );
}

type CheckFieldProps = {
  readonly label: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
};

export function CheckField({ label, checked, onChange, disabled = false }: CheckFieldProps) {
  return (
    <label className="check-field">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>{label}</span>
    </label>
  );
}

type FieldProps = Labelled & { readonly id: string; readonly children: ReactNode };

function Field({ id, label, hint, error, children }: FieldProps) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
      {error ? (
        <p className="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      ) : (
        hint && (
          <p className="hint" id={`${id}-hint`}>
            {hint}
          </p>
        )
      )}
    </div>
  );
}

function describedBy(id: string, hint: Labelled["hint"], error: string | undefined) {
  if (error) return { "aria-invalid": true, "aria-describedby": `${id}-error` };
  return hint ? { "aria-describedby": `${id}-hint` } : {};
}
