import { MessageSquareOff } from "lucide-react";
import { useState } from "react";
import type { RejectedReply } from "../../src/api/contract.ts";
import { formatCount } from "../format.ts";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Confirm } from "../part/dialog.tsx";
import { Empty, ProblemNote, Waiting } from "../part/empty.tsx";
import { SelectField } from "../part/field.tsx";
import { Page } from "../part/page.tsx";
import { Filters, SearchBox } from "../part/search-box.tsx";
import { useAsk } from "../query.ts";
import { rejectionHelp } from "../rejection-help.ts";
import { usePages } from "../use-pages.ts";
import { RejectedFolds } from "./rejected-folds.tsx";

const PAGE = 100;
const EVERY_MS = 5_000;

/** What arrived and was not taken: why, and what to do about it. */
export function RejectedPage() {
  const pages = usePages("GET /rejected", {}, { limit: PAGE, every: EVERY_MS });
  const { rows, problem, more, isAsking, again } = pages;
  return (
    <Page
      title="Rejected messages"
      {...(rows && rows.length > 0 ? { actions: <EmptyList /> } : {})}
      about={<span className="dim">Nothing of these was stored.</span>}
    >
      <ProblemNote problem={problem} onRetry={again} />
      {rows ? <List rows={rows} /> : !problem && <Waiting />}
      {more && (
        <div className="row">
          <Button busy={isAsking} onClick={more}>
            Show older ones
          </Button>
        </div>
      )}
    </Page>
  );
}

function List({ rows }: { readonly rows: readonly RejectedReply[] }) {
  const [typed, setTyped] = useState("");
  const [code, setCode] = useState("");
  const codes = [...new Set(rows.map((row) => row.code))].sort();
  const found = rows.filter((row) => (code === "" || row.code === code) && matches(row, typed));
  if (rows.length === 0) {
    return (
      <Card title="Rejected messages">
        <Empty icon={MessageSquareOff} title="Every message was taken">
          What a device sends and the house cannot read shows here, with the reason.
        </Empty>
      </Card>
    );
  }
  return (
    <>
      <Filters>
        <SearchBox label="Topic, agent or detail" value={typed} onChange={setTyped} />
        {codes.length > 1 && (
          <SelectField
            label="Reason"
            value={code}
            onChange={setCode}
            options={[
              { value: "", label: "Any reason" },
              ...codes.map((value) => ({ value, label: rejectionHelp(value).title })),
            ]}
          />
        )}
      </Filters>
      <Card title="Newest first" meta={formatCount(found.length, "reason", "entries")} flush>
        {found.length > 0 ? (
          <RejectedFolds rows={found} namesAgent />
        ) : (
          <Empty title="None is like that" />
        )}
      </Card>
    </>
  );
}

function matches(row: RejectedReply, typed: string): boolean {
  const { topic, detail, clientId, code, agentName } = row;
  const text = `${topic} ${detail} ${clientId} ${code} ${agentName ?? ""}`;
  return text.toLowerCase().includes(typed.trim().toLowerCase());
}

function EmptyList() {
  const [isOpen, setOpen] = useState(false);
  const clear = useAsk("DELETE /rejected", ["GET /rejected", "GET /overview"]);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Empty the list</Button>
      <Confirm
        title="Empty the list?"
        verb="Empty the list"
        open={isOpen}
        busy={clear.isPending}
        onClose={() => setOpen(false)}
        onConfirm={() => clear.mutate({}, { onSuccess: () => setOpen(false) })}
      >
        <ProblemNote problem={clear.error} />
        <p>The excerpts are gone then. The journal remembers who emptied it.</p>
      </Confirm>
    </>
  );
}
