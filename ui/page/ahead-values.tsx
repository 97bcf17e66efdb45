import type { Reply, RouteName } from "../../src/api/contract.ts";
import { formatCount, formatDateTime } from "../format.ts";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { say } from "../part/toast.tsx";
import { useAsk, useReply } from "../query.ts";

const CHANGES: readonly RouteName[] = ["GET /rejected/ahead", "GET /rejected", "GET /overview"];

/** Values that were refused for their time alone, where it was perhaps our clock that was wrong. */
export function AheadValues({ every }: { readonly every: number }) {
  const { data } = useReply("GET /rejected/ahead", {}, { every });
  const takeIn = useAsk("POST /rejected/ahead/take-in", CHANGES);
  if (!data || data.from === null || data.to === null) return null;
  return (
    <Card
      title="Ahead of the clock"
      meta={`${formatCount(data.values, "value")} kept`}
      actions={
        <Button busy={takeIn.isPending} onClick={() => takeIn.mutate({}, { onSuccess: tell })}>
          Take in
        </Button>
      }
    >
      <ProblemNote problem={takeIn.error} />
      <p>
        They have times from {formatDateTime(data.from)} to {formatDateTime(data.to)} and were not
        stored, for that was more than a day ahead of this server’s clock. Where the clock was wrong
        and is right now, take them in: what is still ahead stays here.
      </p>
    </Card>
  );
}

function tell({ taken, left }: Reply<"POST /rejected/ahead/take-in">): void {
  const still = left > 0 ? `, ${formatCount(left, "is", "are")} still ahead` : "";
  say(`${formatCount(taken, "value")} taken in${still}`);
}
