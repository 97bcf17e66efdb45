import type { ImportLineReply } from "../../src/api/contract.ts";
import { formatDateTime } from "../format.ts";
import { lineWords } from "../import-words.ts";
import { ProblemNote } from "../part/empty.tsx";
import { useReply } from "../query.ts";
import { useRefetchOn } from "../use-refetch.ts";

/** How far one is that is at work. */
const EVERY_MS = 1_000;

/** Imports of everybody: who brought which file, and what came of it. */
export function ImportList() {
  const { data, error } = useReply("GET /imports", {}, { every: EVERY_MS });
  useRefetchOn(({ subject }) => subject.startsWith("import:"), ["GET /imports"]);
  const items = data?.items ?? [];
  if (items.length === 0) return <ProblemNote problem={error} />;
  return (
    <section className="import-list" aria-label="Imports so far">
      <h3>Imports so far</h3>
      <ul>
        {items.map((line) => (
          <li key={`${line.id} ${line.at}`}>
            <b className="wrap-anywhere">{line.name ?? "A file"}</b>{" "}
            <span className="dim">{whoWords(line)}</span>
            <div className="num">{lineWords(line)}</div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function whoWords({ by, at }: ImportLineReply): string {
  return [by && `by ${by}`, at ? formatDateTime(at) : "now"].filter(Boolean).join(", ");
}
