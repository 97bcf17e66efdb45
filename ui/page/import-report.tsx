import { useState } from "react";
import type { PointReply } from "../../src/api/contract.ts";
import {
  formatCount,
  formatDate,
  formatNumber,
  formatTime,
  formatUnit,
  zoneName,
} from "../format.ts";
import {
  countWords,
  type ImportReading,
  type ImportReport,
  type ImportSeries,
  unknownIn,
  withFeed,
} from "../import-words.ts";
import { Facts } from "../part/facts.tsx";
import { TextField } from "../part/field.tsx";
import { type Column, Table } from "../part/table.tsx";
import { useReply } from "../query.ts";
import { useSettled } from "../use-settled.ts";

type ImportCountsProps = {
  readonly name: string;
  readonly report: ImportReport;
  /** It was read otherwise than it is to be now. */
  readonly isStale: boolean;
};

/** What is in the file, against what is stored. */
export function ImportCounts({ name, report, isStale }: ImportCountsProps) {
  const unknown = unknownIn(report).length;
  const { rows, refused, empty, tooOld, from, to } = report;
  return (
    <div className={isStale ? "import-counts stale" : "import-counts"}>
      <Facts
        facts={[
          ["File", `${name}, ${formatCount(rows, "row")}`],
          ["Samples", countWords(report)],
          from !== null &&
            to !== null && [
              "Times",
              `${whenWords(from)} to ${whenWords(to)} ${zoneName(Date.parse(to))}`,
            ],
          unknown > 0 && ["Without a variable", formatCount(unknown, "name")],
          refused > 0 && ["Cannot be read", formatCount(refused, "value")],
          empty > 0 && ["Empty", formatCount(empty, "cell")],
          tooOld > 0 && ["Older than is kept", formatCount(tooOld, "sample")],
        ]}
      />
    </div>
  );
}

/** With its year: what is imported may be long ago. */
function whenWords(at: string): string {
  return `${formatDate(at)}, ${formatTime(at)}`;
}

/** What cannot be read, by its line. */
export function ImportFaults({ report: { faults, refused } }: { readonly report: ImportReport }) {
  const more = refused - faults.length;
  return (
    <section className="import-faults" aria-label="What cannot be read">
      <ul>
        {faults.map(({ line, detail }) => (
          <li key={`${line} ${detail}`}>
            <span className="dim num">{`Line ${line}`}</span> {detail}
          </li>
        ))}
      </ul>
      {more > 0 && <p className="dim">{`and ${formatNumber(more, 0)} more`}</p>}
    </section>
  );
}

type ImportSeriesTableProps = {
  readonly report: ImportReport;
  readonly points: readonly PointReply[];
  readonly reading: ImportReading;
  readonly onChange: (reading: ImportReading) => void;
};

type Choice = { readonly value: string; readonly label: string };

/** More names than these are looked at as a whole, in the counts. */
const SHOWN_MAX = 100;
const FOUND_MAX = 50;

/** Which variable each name of the file feeds, and in which unit its values are. */
export function ImportSeriesTable(props: ImportSeriesTableProps) {
  const { report, points, reading, onChange } = props;
  const [typed, setTyped] = useState("");
  const search = useSettled(typed.trim());
  const query = { search, limit: FOUND_MAX };
  const found = useReply("GET /points", { query }, { when: search !== "", keep: true });
  const near = [...points, ...((search && found.data?.items) || [])].map(choiceOf);
  const isAsked = unknownIn(report).length > 0;
  const change = (series: ImportSeries) => onChange(withFeed(reading, series));
  const columns: readonly Column<ImportSeries>[] = [
    { head: "In the file", cell: ({ name }) => <b>{name}</b> },
    {
      head: "Feeds",
      grow: true,
      cell: (series) => <PointSelect {...{ series, reading, near, onChange: change }} />,
    },
    {
      head: "Unit",
      cell: (series) => <UnitSelect {...{ series, reading, onChange: change }} />,
    },
    { head: "Samples", wide: true, cell: (series) => countWords(series) },
  ];
  return (
    <>
      {(isAsked || typed !== "") && (
        <TextField
          label="Find a variable"
          hint="What is found can be chosen below."
          value={typed}
          onChange={setTyped}
          autoComplete="off"
        />
      )}
      <div className="import-series">
        <Table
          label="What the file names"
          columns={columns}
          rows={report.series.slice(0, SHOWN_MAX)}
          rowKey={({ name }) => name}
        />
      </div>
      {report.series.length > SHOWN_MAX && (
        <p className="dim">{`and ${formatNumber(report.series.length - SHOWN_MAX, 0)} more`}</p>
      )}
    </>
  );
}

type CellProps = {
  readonly series: ImportSeries;
  readonly reading: ImportReading;
  readonly onChange: (series: ImportSeries) => void;
};

const NOWHERE = "";
const LEFT_OUT = "left out";

function PointSelect({
  series,
  reading,
  near,
  onChange,
}: CellProps & { readonly near: readonly Choice[] }) {
  const { name, pointId, label, isLeftOut } = series;
  const feed = reading.feeds.find((one) => one.name === name);
  const told = feed ? (feed.pointId ?? LEFT_OUT) : (pointId ?? (isLeftOut ? LEFT_OUT : NOWHERE));
  const known = pointId !== null && label !== null ? [{ value: pointId, label }] : [];
  const all = [...known, ...near, { value: LEFT_OUT, label: "Leave it out" }];
  const options = told === NOWHERE ? [{ value: NOWHERE, label: "Choose a variable" }, ...all] : all;
  const unique = options.filter(
    ({ value }, at) => options.findIndex((one) => one.value === value) === at,
  );
  return (
    <CellSelect
      label={`What ${name} feeds`}
      value={told}
      options={unique}
      onChange={(value) => onChange({ ...series, pointId: value === LEFT_OUT ? null : value })}
    />
  );
}

/** Only where there is a choice: a unit that no other measures the same in is as it is. */
function UnitSelect({ series, reading, onChange }: CellProps) {
  const { name, unit, units, pointUnit } = series;
  const told = reading.feeds.find((one) => one.name === name)?.unit ?? unit ?? pointUnit;
  if (told === null || units.length < 2) return <>{formatUnit(told ?? undefined)}</>;
  const all = units.includes(told) ? units : [told, ...units];
  return (
    <CellSelect
      label={`Unit of ${name}`}
      value={told}
      options={all.map((value) => ({ value, label: formatUnit(value) }))}
      onChange={(value) => onChange({ ...series, unit: value })}
    />
  );
}

type CellSelectProps = {
  /** For ears: the head of the column says it to eyes. */
  readonly label: string;
  readonly value: string;
  readonly options: readonly Choice[];
  readonly onChange: (value: string) => void;
};

function CellSelect({ label, value, options, onChange }: CellSelectProps) {
  return (
    <select
      className="input"
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

function choiceOf({ id, path, aspect, variable }: PointReply): Choice {
  return { value: id, label: `${path} · ${aspect}.${variable.name}` };
}
