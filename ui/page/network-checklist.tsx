import type { NodeReply } from "../../src/api/contract.ts";
import { formatCount } from "../format.ts";
import { tasksOf } from "../network-words.ts";
import { Card } from "../part/card.tsx";
import { Empty } from "../part/empty.tsx";
import { Facts } from "../part/facts.tsx";
import { type Column, Table } from "../part/table.tsx";
import { ADDRESS_COLUMN, NODE_COLUMN } from "./network-columns.tsx";

/** What each node needs until it can be left alone; who needs nothing is only counted. */
export function NetworkChecklist({ nodes }: { readonly nodes: readonly NodeReply[] }) {
  const open = nodes.filter((node) => tasksOf(node).some(({ isDone }) => !isDone));
  const names = nodes[0] ? tasksOf(nodes[0]).map(({ name }) => name) : [];
  const done = (at: number) => nodes.filter((node) => tasksOf(node)[at]?.isDone).length;
  return (
    <>
      <Card title="Done so far" meta={`${nodes.length - open.length} of ${nodes.length} ready`}>
        <Facts facts={names.map((name, at) => [name, `${done(at)} of ${nodes.length}`] as const)} />
      </Card>
      <Card title="Still to do" meta={formatCount(open.length, "node")} flush={open.length > 0}>
        {open.length > 0 ? (
          <Table
            label="Still to do"
            rows={open}
            rowKey={({ deviceId }) => deviceId}
            columns={COLUMNS}
          />
        ) : (
          <Empty title={nodes.length === 0 ? "No node is known yet" : "Every node is in service"} />
        )}
      </Card>
    </>
  );
}

const COLUMNS: readonly Column<NodeReply>[] = [
  NODE_COLUMN,
  ADDRESS_COLUMN,
  { head: "Lacks", cell: (node) => <Lacks node={node} /> },
];

function Lacks({ node }: { readonly node: NodeReply }) {
  const open = tasksOf(node).filter(({ isDone }) => !isDone);
  return (
    <ul className="network-lacks">
      {open.map(({ name, lacks }) => (
        <li key={name}>
          <b>{name}</b> <span className="dim">{lacks}</span>
        </li>
      ))}
    </ul>
  );
}
