import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { ScrollText } from "lucide-react";
import { useEffect, useRef } from "react";
import type { EventReply } from "../../src/api/contract.ts";
import { formatCount } from "../format.ts";
import { type JournalSearch, journalQuery } from "../journal-search.ts";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Empty, ProblemNote, Waiting } from "../part/empty.tsx";
import { Folds } from "../part/fold.tsx";
import { Page } from "../part/page.tsx";
import { usePages } from "../use-pages.ts";
import { EventFold } from "./journal-event.tsx";
import { JournalFilters } from "./journal-filters.tsx";
import { VerifyChain } from "./journal-verify.tsx";
import "./journal.css";

const route = getRouteApi("/frame/journal");
const PAGE = 60;
const EVERY_MS = 4_000;

/** What happened, by whom: newest first, and nothing can be taken out of it unseen. */
export function JournalPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const pages = usePages("GET /journal", journalQuery(search), { limit: PAGE, every: EVERY_MS });
  const found = pages.isOld ? undefined : pages.rows?.[0];
  const filter = (change: JournalSearch) =>
    void navigate({ to: ".", search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <Page
      title="Journal"
      actions={<VerifyChain />}
      about={<JournalFilters search={search} onSearch={filter} found={found} />}
    >
      <ProblemNote problem={pages.problem} onRetry={pages.again} />
      {pages.rows ? (
        <Events
          {...pages}
          rows={pages.rows}
          onOnly={filter}
          onAll={
            Object.keys(search).length > 0
              ? () => void navigate({ to: ".", search: {}, replace: true })
              : undefined
          }
        />
      ) : (
        !pages.problem && <Waiting />
      )}
    </Page>
  );
}

type EventsProps = Pick<ReturnType<typeof usePages>, "more" | "isAsking"> & {
  readonly rows: readonly EventReply[];
  readonly onOnly: (search: JournalSearch) => void;
  /** Looks for everything again; undefined: it does. */
  readonly onAll: (() => void) | undefined;
};

function Events({ rows, onOnly, onAll, more, isAsking }: EventsProps) {
  return (
    <Card title="Events" meta={`${formatCount(rows.length, "event")}, newest first`} flush>
      {rows.length === 0 ? (
        <Empty
          icon={ScrollText}
          title="Nothing that you look for has happened"
          action={onAll && <Button onClick={onAll}>Show everything</Button>}
        />
      ) : (
        <div className="journal">
          <Folds label="Events">
            {rows.map((event) => (
              <EventFold key={event.sequence} event={event} onOnly={onOnly} />
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
