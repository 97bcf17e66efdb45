import { useState } from "react";
import type { ImportReply } from "../../src/api/contract.ts";
import { formatCount } from "../format.ts";
import { Button } from "../part/button.tsx";
import { Dialog } from "../part/dialog.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { TextArea } from "../part/field.tsx";
import { type Column, Table } from "../part/table.tsx";
import { say } from "../part/toast.tsx";
import { useAsk } from "../query.ts";

type NetworkImportProps = {
  readonly params: { readonly driver: string; readonly network: string };
  readonly onClose: () => void;
};
type Row = ImportReply["rows"][number];

const HINT =
  "The first line names the columns: address, name, place, template. A place is Site/Floor; " +
  "levels that are not there are made. What is empty stays as it is. A node that never spoke is " +
  "expected, and takes its settings with its first word.";

/** Tried first, always: a list changes something only after somebody saw what. */
export function NetworkImport({ params, onClose }: NetworkImportProps) {
  const [csv, setCsv] = useState("");
  const ask = useAsk("POST /networks/:driver/:network/import", [
    "GET /networks/:driver/:network",
    "GET /assets",
  ]);
  const tried = ask.data && !ask.data.done ? ask.data : undefined;
  const isGood = tried !== undefined && tried.bad === 0;
  const change = (text: string) => {
    setCsv(text);
    ask.reset();
  };
  const send = (dryRun: boolean) =>
    ask.mutate(
      { params, body: { csv, dryRun } },
      {
        onSuccess: ({ done, rows }) => {
          if (!done) return;
          say(`${formatCount(rows.length, "line")} taken`);
          onClose();
        },
      },
    );
  return (
    <Dialog
      title="Nodes from CSV"
      open
      wide
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button busy={ask.isPending} disabled={csv.trim() === ""} onClick={() => send(true)}>
            Try
          </Button>
          <Button
            kind="primary"
            busy={ask.isPending}
            disabled={!isGood}
            onClick={() => send(false)}
          >
            Take it
          </Button>
        </>
      }
    >
      <ProblemNote problem={ask.error} />
      <input
        type="file"
        accept=".csv,text/csv"
        aria-label="CSV file"
        onChange={(event) => void event.target.files?.[0]?.text().then(change)}
      />
      <TextArea label="Or paste it" hint={HINT} rows={6} mono value={csv} onChange={change} />
      {tried && (
        <>
          <p role="status">{triedWords(tried.bad, tried.rows.length)}</p>
          <Table
            label="Lines"
            rows={tried.rows}
            rowKey={({ line }) => String(line)}
            columns={COLUMNS}
          />
        </>
      )}
    </Dialog>
  );
}

function triedWords(bad: number, all: number): string {
  if (bad === 0) return `All ${formatCount(all, "line")} can be taken.`;
  return `${formatCount(bad, "line")} of ${all} cannot be taken: mend them, then try again.`;
}

const COLUMNS: readonly Column<Row>[] = [
  { head: "Line", align: "right", cell: ({ line }) => String(line) },
  { head: "Address", cell: ({ address }) => <code>{address}</code> },
  {
    head: "What happens",
    grow: true,
    cell: ({ changes, problem }) =>
      problem ? (
        <b className="below">{problem}</b>
      ) : (
        <span className="below">{changes.join(", ") || <span className="dim">nothing</span>}</span>
      ),
  },
];
