import { X } from "lucide-react";
import type { EventReply, Reply } from "../../src/api/contract.ts";
import { isBackwards, type JournalSearch } from "../journal-search.ts";
import { EVENT_KINDS, eventWords, subjectWords } from "../journal-words.ts";
import { Button } from "../part/button.tsx";
import { SelectField, TextField } from "../part/field.tsx";
import { Filters } from "../part/search-box.tsx";
import { useReply } from "../query.ts";

type JournalFiltersProps = {
  readonly search: JournalSearch;
  readonly onSearch: (change: JournalSearch) => void;
  /** What was found: it knows by name what is looked for. */
  readonly found: EventReply | undefined;
};

type Actors = Reply<"GET /journal/actors">["items"];

/** Of which kind, by whom, on which days, and about what. */
export function JournalFilters({ search, onSearch, found }: JournalFiltersProps) {
  const { kind, subject, actor, first, last } = search;
  const actors = useReply("GET /journal/actors", {}).data?.items ?? [];
  return (
    <Filters>
      <SelectField
        label="What"
        value={kind ?? ""}
        onChange={(chosen) => onSearch({ kind: chosen || undefined })}
        options={kindOptions(kind)}
      />
      <SelectField
        label="Who"
        value={actor ?? ""}
        onChange={(chosen) => onSearch({ actor: chosen || undefined })}
        options={actorOptions(actors, actor, found?.actor.name)}
      />
      <TextField
        label="From"
        type="date"
        value={first ?? ""}
        onChange={(day) => onSearch({ first: day || undefined })}
      />
      <TextField
        label="To"
        type="date"
        value={last ?? ""}
        error={isBackwards(search) ? "Before its first day" : undefined}
        onChange={(day) => onSearch({ last: day || undefined })}
      />
      {subject && (
        <Button icon={X} onClick={() => onSearch({ subject: undefined })}>
          {`Only ${found?.subjectName ?? subjectWords(subject)}`}
        </Button>
      )}
    </Filters>
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

/** An agent, or somebody who is gone, was chosen by an event. */
function actorOptions(actors: Actors, chosen: string | undefined, name = "Somebody") {
  const isKnown = !chosen || actors.some(({ id }) => id === chosen);
  return [
    { value: "", label: "Anybody" },
    ...(isKnown ? [] : [{ value: chosen, label: name }]),
    ...actors.map(({ id, kind, name: own }) => ({
      value: id,
      label: kind === "user" ? own : `${own} (${KIND_WORDS[kind] ?? kind})`,
    })),
  ];
}

const KIND_WORDS: Readonly<Record<string, string>> = { token: "token", house: "the server itself" };
