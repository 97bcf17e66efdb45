import { type ReactNode, useId } from "react";
import type { SamplesImportReply } from "../../src/api/contract.ts";
import { type ImportReading, withForm } from "../import-words.ts";
import { CheckField, SelectField, TextField } from "../part/field.tsx";
import { Fold, Folds } from "../part/fold.tsx";
import { Choice } from "../part/tabs.tsx";

type Look = NonNullable<SamplesImportReply["look"]>;

type ImportReadingProps = {
  readonly look: Look;
  readonly reading: ImportReading;
  readonly onChange: (reading: ImportReading) => void;
};

/** What the file does not say itself, in sight; all else of how it is read, on asking. */
export function ImportReadingFields({ look, reading, onChange }: ImportReadingProps) {
  const change = (more: Partial<ImportReading>) => onChange({ ...reading, ...more });
  return (
    <>
      <AskedFields {...{ look, reading, change }} />
      <Folds label="The file">
        <Fold line="First rows">
          <FirstRows look={look} />
        </Fold>
        {reading.form !== "house" && (
          <Fold line="How it is read">
            <ColumnFields {...{ look, reading, change, onChange }} />
          </Fold>
        )}
      </Folds>
    </>
  );
}

type FieldsProps = {
  readonly look: Look;
  readonly reading: ImportReading;
  readonly change: (more: Partial<ImportReading>) => void;
};

const DATES = [
  { value: "day-first", label: "Day first" },
  { value: "month-first", label: "Month first" },
] as const;
const DECIMALS = [
  { value: ".", label: "1.5" },
  { value: ",", label: "1,5" },
] as const;

function AskedFields({ look: { asks }, reading, change }: FieldsProps) {
  const zones = useId();
  return (
    <>
      {asks.zone && (
        <>
          <TextField
            label="Time zone of the file"
            hint="Its times do not say it. A name such as Europe/Zurich, or UTC."
            list={zones}
            value={reading.zone}
            onChange={(zone) => change({ zone })}
            autoComplete="off"
          />
          <datalist id={zones}>
            {Intl.supportedValuesOf("timeZone").map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </>
      )}
      {asks.dates && (
        <Labelled label="Dates such as 3/4/2026">
          <Choice
            label="Dates"
            options={DATES}
            value={reading.dates}
            onChange={(dates) => change({ dates })}
          />
        </Labelled>
      )}
      {asks.decimal && (
        <Labelled label="Decimals are written">
          <Choice
            label="Decimals"
            options={DECIMALS}
            value={reading.decimal}
            onChange={(decimal) => change({ decimal })}
          />
        </Labelled>
      )}
    </>
  );
}

function Labelled({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="import-choice">
      <span className="dim">{label}</span>
      {children}
    </div>
  );
}

function FirstRows({ look }: { readonly look: Look }) {
  const columns = numbered(look.columns);
  const rows = numbered(look.rows);
  return (
    <div className="table-scroll">
      <table className="table num" aria-label="First rows of the file">
        <thead>
          <tr>
            {columns.map(({ at, one }) => (
              <th key={at} scope="col">
                {one}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ at: line, one: cells }) => (
            <tr key={line}>
              {columns.map(({ at }) => (
                <td key={at}>{cells[at]}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Two columns may have one name, and two rows the same cells: their places tell them apart. */
function numbered<T>(list: readonly T[]): readonly { readonly at: number; readonly one: T }[] {
  return list.map((one, at) => ({ at, one }));
}

const FORMS = [
  { value: "rows", label: "A row for each sample" },
  { value: "columns", label: "A column for each variable" },
] as const;

type ColumnFieldsProps = FieldsProps & Pick<ImportReadingProps, "onChange">;

function ColumnFields({ look: { columns }, reading, change, onChange }: ColumnFieldsProps) {
  const options = columns.map((name, at) => ({ value: String(at), label: name }));
  const maybe = [{ value: "", label: "None" }, ...options];
  const optional = (text: string) => (text === "" ? null : Number(text));
  const form = reading.form === "rows" ? "rows" : "columns";
  return (
    <div className="stack">
      <Choice
        label="The table has"
        options={FORMS}
        value={form}
        onChange={(to) => onChange(withForm(reading, to, columns.length))}
      />
      <SelectField
        label="Times"
        options={options}
        value={String(reading.time)}
        onChange={(at) => change({ time: Number(at) })}
      />
      {form === "rows" && <RowFields {...{ columns, reading, change }} />}
      <SelectField
        label="Quality"
        options={maybe}
        value={String(reading.quality ?? "")}
        onChange={(at) => change({ quality: optional(at) })}
      />
    </div>
  );
}

type RowFieldsProps = Pick<FieldsProps, "reading" | "change"> & {
  readonly columns: readonly string[];
};

function RowFields({ columns, reading, change }: RowFieldsProps) {
  const { names } = reading;
  const toggled = (at: number) =>
    names.includes(at) ? names.filter((one) => one !== at) : [...names, at].toSorted();
  return (
    <>
      <SelectField
        label="Values"
        options={columns.map((name, at) => ({ value: String(at), label: name }))}
        value={String(reading.values[0] ?? 0)}
        onChange={(at) => change({ values: [Number(at)], feeds: [] })}
      />
      <fieldset className="import-names">
        <legend>Columns that say what a row is of</legend>
        {numbered(columns).map(({ at, one: name }) => (
          <CheckField
            key={at}
            label={name}
            checked={names.includes(at)}
            onChange={() => change({ names: toggled(at), feeds: [] })}
          />
        ))}
      </fieldset>
    </>
  );
}
