import { MessageSquareOff } from "lucide-react";
import { useRef, useState } from "react";
import type { RejectedReply } from "../../src/api/contract.ts";
import { formatCount } from "../format.ts";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Confirm } from "../part/dialog.tsx";
import { Empty, ProblemNote, Waiting } from "../part/empty.tsx";
import { SelectField } from "../part/field.tsx";
import { More } from "../part/more.tsx";
import { Page } from "../part/page.tsx";
import { Filters, SearchBox } from "../part/search-box.tsx";
import { useAsk } from "../query.ts";
import { rejectionHelp } from "../rejection-help.ts";
import { type Pages, usePages } from "../use-pages.ts";
import { useSettled } from "../use-settled.ts";
import { AheadValues } from "./ahead-values.tsx";
import { RejectedFolds } from "./rejected-folds.tsx";

const PAGE = 100;
const EVERY_MS = 5_000;

/** What arrived and was not taken: why, and what to do about it. */
export function RejectedPage() {
  const [typed, setTyped] = useState("");
  const [code, setCode] = useState("");
  const search = useSettled(typed.trim());
  const query = { ...(search !== "" && { search }), ...(code !== "" && { code }) };
  const pages = usePages("GET /rejected", query, { limit: PAGE, every: EVERY_MS });
  const { rows, problem, again } = pages;
  const isNarrowed = typed !== "" || code !== "";
  const isEmpty = rows?.length === 0 && !isNarrowed;
  return (
    <Page
      title="Rejected messages"
      {...(rows && !isEmpty ? { actions: <EmptyList /> } : {})}
      about={<span className="dim">Nothing of these was stored.</span>}
    >
      <ProblemNote problem={problem} onRetry={again} />
      <AheadValues every={EVERY_MS} />
      {!rows && !problem && <Waiting />}
      {isEmpty && <NothingRejected />}
      {rows && !isEmpty && (
        <>
          <Filters>
            <SearchBox label="Topic, agent or detail" value={typed} onChange={setTyped} />
            <ReasonField rows={rows} code={code} onChange={setCode} />
          </Filters>
          <List rows={rows} pages={pages} />
        </>
      )}
    </Page>
  );
}

type ReasonFieldProps = {
  readonly rows: readonly RejectedReply[];
  readonly code: string;
  readonly onChange: (code: string) => void;
};

/** The reasons that were seen so far, also those that are not shown now. */
function ReasonField({ rows, code, onChange }: ReasonFieldProps) {
  const seen = useRef(new Set<string>()).current;
  for (const row of rows) seen.add(row.code);
  if (seen.size < 2) return null;
  const options = [...seen].sort().map((value) => ({ value, label: rejectionHelp(value).title }));
  const any = { value: "", label: "Any reason" };
  return (
    <SelectField label="Reason" value={code} onChange={onChange} options={[any, ...options]} />
  );
}

type ListProps = {
  readonly rows: readonly RejectedReply[];
  readonly pages: Pages<"GET /rejected">;
};

function List({ rows, pages }: ListProps) {
  return (
    <Card title="Newest first" meta={formatCount(pages.total, "reason", "entries")} flush>
      {rows.length > 0 ? (
        <RejectedFolds rows={rows} namesAgent />
      ) : (
        <Empty title="None is like that" />
      )}
      <More {...pages} shown={rows.length} />
    </Card>
  );
}

function NothingRejected() {
  return (
    <Card title="Rejected messages">
      <Empty icon={MessageSquareOff} title="Every message was taken">
        What a device sends and the house cannot read shows here, with the reason.
      </Empty>
    </Card>
  );
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
        <p>
          The excerpts are gone then, and the values that are kept because they were ahead of the
          clock. The journal remembers who emptied it.
        </p>
      </Confirm>
    </>
  );
}
