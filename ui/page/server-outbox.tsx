import { useState } from "react";
import type { Reply } from "../../src/api/contract.ts";
import { formatCount } from "../format.ts";
import { Button } from "../part/button.tsx";
import { Confirm } from "../part/dialog.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { useAsk } from "../query.ts";
import { bytesWords } from "../server-words.ts";
import { useMay } from "../session.ts";

type Kept = Reply<"GET /storage">["waiting"][number];

/** What waits for one target; where nothing goes there any more, it can be let go. */
export function KeptFor({ kept }: { readonly kept: Kept }) {
  const { target, records, bytes, dropped, isFollowed } = kept;
  const mayAdminister = useMay("administer");
  const [isAsked, setAsked] = useState(false);
  const wait =
    records === 0 ? "nothing" : `${formatCount(records, "record")}, ${bytesWords(bytes)}`;
  const lost = dropped > 0 && `; ${formatCount(dropped, "sample")} dropped`;
  return (
    <>
      {wait}
      {lost}
      {!isFollowed && (
        <div className="outbox-forsaken">
          <span className="hint">Nothing brings them there.</span>
          {mayAdminister && (
            <Button onClick={() => setAsked(true)} aria-label={`Let go of ${target}`}>
              Let go
            </Button>
          )}
        </div>
      )}
      {isAsked && <LetGo kept={kept} onClose={() => setAsked(false)} />}
    </>
  );
}

type LetGoProps = { readonly kept: Kept; readonly onClose: () => void };

function LetGo({ kept: { target, records }, onClose }: LetGoProps) {
  const letGo = useAsk("DELETE /outbox/:target", ["GET /storage", "GET /health"]);
  return (
    <Confirm
      title={`Keep nothing any more for ${target}?`}
      verb="Let go"
      open
      busy={letGo.isPending}
      onClose={onClose}
      onConfirm={() => letGo.mutate({ params: { target } }, { onSuccess: onClose })}
    >
      <ProblemNote problem={letGo.error} />
      <p>
        {`${formatCount(records, "record")} will never get there. `}
        The history here keeps its samples.
      </p>
    </Confirm>
  );
}
