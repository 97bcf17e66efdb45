import { useState } from "react";
import type { NodeReply } from "../../src/api/contract.ts";
import { formatCount, formatSpan } from "../format.ts";
import { nodeWords, SETTINGS_WORDS, sensorTrouble } from "../network-words.ts";
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
  const found = nodes.filter((node) => {
    const { name, address, place, template, state } = node;
    const about = `${name} ${address} ${place} ${template} ${state} ${sensorTrouble(node)}`;
    const text = about.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return (
    <Card
      title="Nodes"
      meta={formatCount(found.length, "node")}
      flush
      actions={<SearchBox label="Name, address, place, state" value={typed} onChange={setTyped} />}
    >
      {nodes.length === 0 ? (
        <Empty title="No node is known yet">
          A node shows here with its first word, or when a list names it: Import CSV, above.
        </Empty>
      ) : found.length === 0 ? (
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
  { head: "State", cell: (node) => <NodeState node={node} /> },
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

/** A node that lives may still have sensors that do not. */
function NodeState({ node }: { readonly node: NodeReply }) {
  const { kind, word } = nodeWords(node.state);
  const trouble = sensorTrouble(node);
  return (
    <div className="node-state">
      <State kind={kind}>{word}</State>
      {trouble && <span className="hint below">{trouble}</span>}
    </div>
  );
}
