import { Link } from "@tanstack/react-router";
import type { EventReply } from "../../src/api/contract.ts";
import { formatDateTime, formatTime } from "../format.ts";
import type { JournalSearch } from "../journal-search.ts";
import { eventWords, isRefusal, subjectName, subjectWords } from "../journal-words.ts";
import { Button } from "../part/button.tsx";
import { CopyBlock } from "../part/copy.tsx";
import { Facts } from "../part/facts.tsx";
import { Fold } from "../part/fold.tsx";
import { useSecond } from "../use-live.ts";

type EventFoldProps = {
  readonly event: EventReply;
  /** Looks for what is like it. */
  readonly onOnly: (search: JournalSearch) => void;
};

/** One event: who did what to whom; on opening, all that is recorded of it. */
export function EventFold({ event, onOnly }: EventFoldProps) {
  const { sequence, at, actor, kind, subject, detail, hash } = event;
  const name = subjectName(event);
  const isEmpty = Object.keys(detail).length === 0;
  return (
    <Fold
      line={
        <>
          <time className="dim num" dateTime={at}>
            <When at={at} />
          </time>
          <span className={isRefusal(kind) ? "journal-what refused" : "journal-what"}>
            {eventWords(kind)}
          </span>
          <span className="cut">{name ?? subjectWords(subject)}</span>
          <span className="dim cut journal-who">{actor.name}</span>
        </>
      }
    >
      <Facts
        facts={[
          ["When", formatDateTime(at)],
          [
            "Who",
            <span key="actor" className="row wrap">
              {`${actor.name} (${actor.kind})`}
              <Button kind="quiet" onClick={() => onOnly({ actor: actor.id })}>
                Only by this one
              </Button>
            </span>,
          ],
          ["What", <code key="kind">{kind}</code>],
          subject !== "" && [
            "About",
            <span key="subject" className="row wrap">
              <Subject subject={subject} name={event.subjectName} />
              <Button kind="quiet" onClick={() => onOnly({ subject })}>
                Only this
              </Button>
            </span>,
          ],
          ["Number", String(sequence)],
          [
            "Hash",
            <code key="hash" className="journal-hash">
              {hash}
            </code>,
          ],
        ]}
      />
      {!isEmpty && <CopyBlock text={JSON.stringify(detail, null, 2)} label="Copy the detail" />}
    </Fold>
  );
}

/** The time; on another day its date too. */
function When({ at }: { readonly at: string }) {
  const today = new Date(useSecond()).toDateString();
  return new Date(at).toDateString() === today ? formatTime(at) : formatDateTime(at);
}

type SubjectProps = { readonly subject: string; readonly name: string | null };

function Subject({ subject, name }: SubjectProps) {
  const [kind = "", id = ""] = subject.split(":");
  const words = name ?? subject;
  if (name === null) return <code>{words}</code>;
  if (kind === "device") {
    return (
      <Link to="/devices/$deviceId" params={{ deviceId: id }} className="link">
        {words}
      </Link>
    );
  }
  if (kind === "asset") {
    return (
      <Link to="/plant/$assetId" params={{ assetId: id }} className="link">
        {words}
      </Link>
    );
  }
  if (kind !== "agent") return <>{words}</>;
  return (
    <Link to="/agents/$agentId" params={{ agentId: id }} className="link">
      {words}
    </Link>
  );
}
