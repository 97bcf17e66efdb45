import { useState } from "react";
import type { NodeReply } from "../../src/api/contract.ts";
import { formatCount } from "../format.ts";
import { tasksOf } from "../network-words.ts";
import { Card } from "../part/card.tsx";
import { Empty } from "../part/empty.tsx";
import { type Column, Table } from "../part/table.tsx";
import { ADDRESS_COLUMN, NODE_COLUMN } from "./network-columns.tsx";

/** More rows than these are found by a step, not scrolled. */
const ROWS_MAX = 300;

/** What each node needs until it can be left alone; who needs nothing is only counted. */
export function NetworkChecklist({ nodes }: { readonly nodes: readonly NodeReply[] }) {
  const [step, setStep] = useState<string | null>(null);
  const open = nodes.filter((node) => openTasksOf(node).length > 0);
  const shown = open.filter((node) => {
    return step === null || openTasksOf(node).some(({ name }) => name === step);
  });
  const names = nodes[0] ? tasksOf(nodes[0]).map(({ name }) => name) : [];
  const steps = names.map((name) => {
    const lacking = open.filter((node) => openTasksOf(node).some((task) => task.name === name));
    return { name, done: nodes.length - lacking.length };
  });
  return (
    <>
      <Card title="Done so far" meta={`${nodes.length - open.length} of ${nodes.length} ready`}>
        <ul className="network-steps">
          {steps.map(({ name, done }) => (
            <li key={name}>
              <button
                type="button"
                aria-pressed={step === name}
                disabled={done === nodes.length}
                onClick={() => setStep(step === name ? null : name)}
              >
                {name}
              </button>
              <progress max={Math.max(1, nodes.length)} value={done} aria-label={name} />
              <span className="num dim">{`${done} of ${nodes.length}`}</span>
            </li>
          ))}
        </ul>
      </Card>
      <Card
        title={step === null ? "Still to do" : `Still to do: ${step}`}
        meta={formatCount(shown.length, "node")}
        flush={open.length > 0}
        actions={
          step !== null && (
            <button type="button" className="link" onClick={() => setStep(null)}>
              Show all steps
            </button>
          )
        }
      >
        {open.length > 0 ? (
          <Table
            label="Still to do"
            rows={shown.slice(0, ROWS_MAX)}
            rowKey={({ deviceId }) => deviceId}
            columns={COLUMNS}
          />
        ) : nodes.length === 0 ? (
          <Empty title="No node is known yet">
            A node shows here with its first word, or when a list names it: Import CSV, above.
          </Empty>
        ) : (
          <Empty title="Every node is in service" />
        )}
        {shown.length > ROWS_MAX && (
          <p className="hint network-more">{`The first ${ROWS_MAX} of them: choose a step.`}</p>
        )}
      </Card>
    </>
  );
}

function openTasksOf(node: NodeReply) {
  return tasksOf(node).filter(({ isDone }) => !isDone);
}

const COLUMNS: readonly Column<NodeReply>[] = [
  NODE_COLUMN,
  ADDRESS_COLUMN,
  { head: "Lacks", cell: (node) => <Lacks node={node} /> },
];

function Lacks({ node }: { readonly node: NodeReply }) {
  return (
    <ul className="network-lacks">
      {openTasksOf(node).map(({ name, lacks }) => (
        <li key={name}>
          <b>{name}</b> <span className="dim">{lacks}</span>
        </li>
      ))}
    </ul>
  );
}
