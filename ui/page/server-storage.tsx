import type { Reply } from "../../src/api/contract.ts";
import { formatCount, formatNumber } from "../format.ts";
import { keptWords } from "../keep-form.ts";
import { Age } from "../part/age.tsx";
import { Card } from "../part/card.tsx";
import { ProblemNote, Waiting } from "../part/empty.tsx";
import { Facts } from "../part/facts.tsx";
import { useReply } from "../query.ts";
import { bytesWords, lastsWords, partWords } from "../server-words.ts";
import { KeptFor } from "./server-outbox.tsx";

const EVERY_MS = 10_000;

type Stored = Reply<"GET /storage">;

/** What is stored, and how long it stays; what takes the room, and how much of it is left. */
export function Storage() {
  const { data, error } = useReply("GET /storage", {}, { every: EVERY_MS });
  if (!data) return error ? <ProblemNote problem={error} /> : <Waiting />;
  return (
    <>
      <Card title="History" span={6}>
        <HistoryFacts stored={data} />
      </Card>
      <Card title="Data folder" meta={leftWords(data)} span={6}>
        <RoomBar stored={data} />
        <RoomFacts stored={data} />
      </Card>
    </>
  );
}

function leftWords({ leftBytes }: Stored): string {
  return leftBytes === null ? "" : `${bytesWords(leftBytes)} left`;
}

function HistoryFacts({ stored }: { readonly stored: Stored }) {
  const { samples, series, lastCount, newestAt, historyBytes, kept, waiting } = stored;
  return (
    <Facts
      facts={[
        ["Samples", `${formatNumber(samples, 0)} of ${formatCount(series, "series", "series")}`],
        lastCount !== null && ["Counted", <Counted key="counted" at={lastCount.at} />],
        ["Newest", <Newest key="newest" at={newestAt} />],
        ["Takes", bytesWords(historyBytes)],
        ["Is kept", `${keptWords(kept)}, where a variable has no time of its own`],
        ...waiting.map(
          (kept) =>
            [`Waits for ${kept.target}`, <KeptFor key={kept.target} kept={kept} />] as const,
        ),
      ]}
    />
  );
}

/** Of a database that does not answer the figures of before are shown, and that they are. */
function Counted({ at }: { readonly at: string | null }) {
  if (at === null) return "in the folder alone: the database does not answer";
  return (
    <>
      <Age at={at} /> ago: the database does not answer
    </>
  );
}

function Newest({ at }: { readonly at: Stored["newestAt"] }) {
  return (
    <>
      <Age at={at} never="none yet" />
      {at !== null && " ago"}
    </>
  );
}

function RoomFacts({ stored: { parts, leftDays } }: { readonly stored: Stored }) {
  const lasts = lastsWords(leftDays);
  return (
    <Facts
      facts={[
        ...parts.map(({ name, bytes }) => [partWords(name), bytesWords(bytes)] as const),
        lasts !== undefined && ["Room lasts for", `${lasts}, as fast as it is used now`],
      ]}
    />
  );
}

/** What is used of all that may be used. */
function RoomBar({ stored: { parts, leftBytes } }: { readonly stored: Stored }) {
  if (leftBytes === null) return null;
  const used = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  const label = `${bytesWords(used)} of ${bytesWords(used + leftBytes)} used`;
  const width = `${(100 * used) / Math.max(1, used + leftBytes)}%`;
  return (
    <div className="room-bar" role="img" aria-label={label} title={label}>
      <i style={{ width }} />
    </div>
  );
}
