import type { DeviceReply } from "../../src/api/contract.ts";
import { PATIENCE_WORDS, silentWords } from "../device-state.ts";
import { formatDateTime, formatName, formatSpan } from "../format.ts";
import { Age } from "../part/age.tsx";
import { State } from "../part/badge.tsx";
import { Card } from "../part/card.tsx";
import { type Column, Table } from "../part/table.tsx";

type Silent = DeviceReply["silent"][number];

/** The device lives and some of its sensors do not: since when, and by which rule. */
export function DeviceSilent({ silent }: Pick<DeviceReply, "silent">) {
  if (silent.length === 0) return null;
  return (
    <Card title="Sensors that say nothing" meta={silentWords(silent)} flush>
      <Table
        label="Sensors that say nothing"
        rows={silent}
        rowKey={({ channel }) => channel}
        columns={COLUMNS}
      />
    </Card>
  );
}

const COLUMNS: readonly Column<Silent>[] = [
  {
    head: "Sensor",
    grow: true,
    cell: ({ name, state, promiseMs }) => (
      <>
        <b>{formatName(name)}</b>
        <span className="hint below">
          {`It reports every ${formatSpan(promiseMs)}: ${PATIENCE_WORDS[state]}.`}
        </span>
      </>
    ),
  },
  {
    head: "State",
    cell: ({ state }) => (
      <State kind={state === "late" ? "wait" : "wrong"}>
        {state === "late" ? "Late" : "Silent"}
      </State>
    ),
  },
  {
    head: "Last value",
    align: "right",
    cell: ({ since }) => (
      <span title={formatDateTime(since)}>
        <Age at={since} never="" />
      </span>
    ),
  },
];
