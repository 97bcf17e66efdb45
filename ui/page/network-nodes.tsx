import { useState } from "react";
import type { NodeReply } from "../../src/api/contract.ts";
import { formatCount, formatSpan } from "../format.ts";
import { nodeWords, SETTINGS_WORDS } from "../network-words.ts";
import { Age } from "../part/age.tsx";
import { State } from "../part/badge.tsx";
import { Card } from "../part/card.tsx";
import { Empty } from "../part/empty.tsx";
import { SearchBox } from "../part/search-box.tsx";
import { type Column, Table } from "../part/table.tsx";
import { ADDRESS_COLUMN, NODE_COLUMN } from "./network-columns.tsx";

/** More rows than these are searched, not scrolled. */
const ROWS_MAX = 300;

export function NetworkNodes({ nodes }: { readonly nodes: readonly NodeReply[] }) {
  const [typed, setTyped] = useState("");
  const words = typed.toLowerCase().split(/\s+/);
  const found = nodes.filter(({ name, address, place, template, state }) => {
    const text = `${name} ${address} ${place} ${template} ${state}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return (
    <Card
      title="Nodes"
      meta={formatCount(found.length, "node")}
      flush
      actions={<SearchBox label="Name, address, place, state" value={typed} onChange={setTyped} />}
    >
      {found.length === 0 ? (
        <Empty title="No node is like that" />
      ) : (
        <Table
          label="Nodes"
          rows={found.slice(0, ROWS_MAX)}
          rowKey={({ deviceId }) => deviceId}
          columns={COLUMNS}
        />
      )}
      {found.length > ROWS_MAX && (
        <p className="hint network-more">{`The first ${ROWS_MAX} of them: search for others.`}</p>
      )}
    </Card>
  );
}

const COLUMNS: readonly Column<NodeReply>[] = [
  NODE_COLUMN,
  { head: "State", cell: ({ state }) => <NodeState state={state} /> },
  ADDRESS_COLUMN,
  {
    head: "Place",
    wide: true,
    grow: true,
    cell: ({ place, assetId }) => <span className="dim">{assetId ? place : "In the inbox"}</span>,
  },
  { head: "Template", wide: true, cell: ({ template }) => template || "–" },
  { head: "Settings", wide: true, cell: ({ settings }) => SETTINGS_WORDS[settings] },
  {
    head: "Promises",
    wide: true,
    align: "right",
    cell: ({ promiseMs }) => (promiseMs === null ? "on change" : formatSpan(promiseMs)),
  },
  {
    head: "Heard",
    align: "right",
    cell: ({ lastSeenAt }) => <Age at={lastSeenAt} never="Never" />,
  },
];

function NodeState({ state }: Pick<NodeReply, "state">) {
  const { kind, word } = nodeWords(state);
  return <State kind={kind}>{word}</State>;
}
