import { Link } from "@tanstack/react-router";
import type { RejectedReply } from "../../src/api/contract.ts";
import { formatCount, formatDateTime } from "../format.ts";
import { Age } from "../part/age.tsx";
import { type Fact, Facts } from "../part/facts.tsx";
import { Fold, Folds } from "../part/fold.tsx";
import { rejectionHelp } from "../rejection-help.ts";
import { PayloadExcerpt } from "./payload-excerpt.tsx";
import "./rejected.css";

type RejectedFoldsProps = {
  readonly rows: readonly RejectedReply[];
  /** Whether the sender is named: not where the page is about one. */
  readonly namesAgent: boolean;
};

/** Messages that were not taken: why in words, and on opening what it was and what to do. */
export function RejectedFolds({ rows, namesAgent }: RejectedFoldsProps) {
  return (
    <div className="rejected">
      <Folds label="Rejected messages">
        {rows.map((row) => (
          <RejectedFold key={row.id} row={row} namesAgent={namesAgent} />
        ))}
      </Folds>
    </div>
  );
}

type RejectedFoldProps = Omit<RejectedFoldsProps, "rows"> & { readonly row: RejectedReply };

function RejectedFold({ row, namesAgent }: RejectedFoldProps) {
  const help = rejectionHelp(row.code, row.topic, row.detail);
  const agentName = namesAgent ? row.agentName : null;
  const facts: (Fact | false)[] = [
    ["Detail", row.detail],
    ["Cause", help.cause],
    ["What to do", help.remedy],
    ["Topic", <code key="topic">{row.topic || "none"}</code>],
    agentName !== null && [
      "Agent",
      <Link key="agent" to="/agents/$agentId" params={{ agentId: row.agentId }} className="link">
        {agentName}
      </Link>,
    ],
    (row.clientId !== "" || agentName === null) && ["Client", row.clientId || "unknown"],
    ["Last time", formatDateTime(row.at)],
    ["Code", <code key="code">{row.code}</code>],
  ];
  return (
    <Fold
      line={
        <>
          <span className="rejected-why">{help.title}</span>
          <code className="dim cut rejected-topic">{row.topic || "no topic"}</code>
          <span className="dim cut rejected-agent">{agentName ?? row.clientId}</span>
          <span className="right rejected-times">
            {row.times > 1 && formatCount(row.times, "time")}
          </span>
          <span className="dim right">
            <Age at={row.at} />
          </span>
        </>
      }
    >
      <Facts facts={facts} />
      {row.excerpt && (
        <div className="stack">
          <PayloadExcerpt excerpt={row.excerpt} bytes={row.bytes} />
          {row.excerpt.startsWith("0x") && (
            <Link
              to="/layouts/new"
              search={{ topic: row.topic, hex: row.excerpt.slice(2) }}
              className="link"
            >
              Say what these bytes mean
            </Link>
          )}
        </div>
      )}
    </Fold>
  );
}
