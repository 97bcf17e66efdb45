import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { ScrollText, X } from "lucide-react";
import { useEffect, useRef } from "react";
import type { EventReply } from "../../src/api/contract.ts";
import { formatCount } from "../format.ts";
import { EVENT_KINDS, eventWords, subjectWords } from "../journal-words.ts";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Empty, ProblemNote, Waiting } from "../part/empty.tsx";
import { SelectField } from "../part/field.tsx";
import { Folds } from "../part/fold.tsx";
import { Page } from "../part/page.tsx";
import { Filters } from "../part/search-box.tsx";
import { usePages } from "../use-pages.ts";
import { EventFold } from "./journal-event.tsx";
import { VerifyChain } from "./journal-verify.tsx";
import "./journal.css";

const route = getRouteApi("/frame/journal");
const PAGE = 60;
const EVERY_MS = 4_000;

/** What happened, by whom: newest first, and nothing can be taken out of it unseen. */
export function JournalPage() {
  const { kind, subject } = route.useSearch();
  const navigate = useNavigate();
  const pages = usePages(
    "GET /journal",
    { ...(kind ? { kind } : {}), ...(subject ? { subject } : {}) },
    { limit: PAGE, every: EVERY_MS },
  );
  const filter = (change: { kind?: string | undefined; subject?: string | undefined }) =>
    void navigate({ to: ".", search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <Page
      title="Journal"
      actions={<VerifyChain />}
      about={
        <Filters>
          <SelectField
            label="What"
            value={kind ?? ""}
            onChange={(chosen) => filter({ kind: chosen || undefined })}
            options={kindOptions(kind)}
          />
          {subject && (
            <Button icon={X} onClick={() => filter({ subject: undefined })}>
              {`Only ${pages.rows?.[0]?.subjectName ?? subjectWords(subject)}`}
            </Button>
          )}
        </Filters>
      }
    >
      <ProblemNote problem={pages.problem} onRetry={pages.again} />
      {pages.rows ? (
        <Events {...pages} rows={pages.rows} onSubject={(chosen) => filter({ subject: chosen })} />
      ) : (
        !pages.problem && <Waiting />
      )}
    </Page>
  );
}

type EventsProps = Pick<ReturnType<typeof usePages>, "more" | "isAsking"> & {
  readonly rows: readonly EventReply[];
  readonly onSubject: (subject: string) => void;
};

function Events({ rows, onSubject, more, isAsking }: EventsProps) {
  return (
    <Card title="Events" meta={`${formatCount(rows.length, "event")}, newest first`} flush>
      {rows.length === 0 ? (
        <Empty icon={ScrollText} title="Nothing of that kind has happened" />
      ) : (
        <div className="journal">
          <Folds label="Events">
            {rows.map((event) => (
              <EventFold key={event.sequence} event={event} onSubject={onSubject} />
            ))}
          </Folds>
        </div>
      )}
      {more && <Older more={more} isAsking={isAsking} />}
    </Card>
  );
}

/** Asks for older events as soon as it comes into sight; a button for those who do not scroll. */
function Older({ more, isAsking }: { readonly more: () => void; readonly isAsking: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const newest = useRef({ more, isAsking });
  newest.current = { more, isAsking };
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const sight = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting && !newest.current.isAsking) newest.current.more();
    });
    sight.observe(element);
    return () => sight.disconnect();
  }, []);
  return (
    <div className="journal-older" ref={box}>
      <Button kind="quiet" busy={isAsking} onClick={more}>
        Show older ones
      </Button>
    </div>
  );
}

function kindOptions(chosen: string | undefined) {
  const known = Object.keys(EVENT_KINDS);
  const kinds = chosen && !known.includes(chosen) ? [chosen, ...known] : known;
  return [
    { value: "", label: "Everything" },
    ...kinds.map((value) => ({ value, label: eventWords(value) })),
  ];
}
