import { useState } from "react";
import type { RouteName } from "../../src/api/contract.ts";
import { formatCount } from "../format.ts";
import { Age } from "../part/age.tsx";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { More } from "../part/more.tsx";
import { Table } from "../part/table.tsx";
import { useAsk } from "../query.ts";
import { useMay } from "../session.ts";
import { usePages } from "../use-pages.ts";

const PAGE = 50;
const EVERY_MS = 30_000;
const CHANGES: readonly RouteName[] = ["GET /inbox", "GET /overview"];

/** Devices that nobody wanted to be asked about; they still speak, and are kept. */
export function InboxIgnored() {
  const ignored = usePages("GET /inbox", { ignored: "true" }, { limit: PAGE, every: EVERY_MS });
  const [isOpen, setOpen] = useState(false);
  const { rows, total } = ignored;
  if (!rows || total === 0) return <ProblemNote problem={ignored.problem} />;
  return (
    <Card
      title="Ignored"
      meta={`${formatCount(total, "device")}, whose values are kept all the same`}
      flush={isOpen}
      actions={<Button onClick={() => setOpen(!isOpen)}>{isOpen ? "Hide" : "Show"}</Button>}
    >
      {isOpen && (
        <>
          <Table
            label="Ignored devices"
            rows={rows}
            rowKey={({ id }) => id}
            columns={[
              { head: "Device", grow: true, cell: ({ address }) => <code>{address}</code> },
              { head: "Protocol", wide: true, cell: ({ protocol }) => protocol },
              {
                head: "Last heard",
                align: "right",
                cell: ({ lastSeenAt }) => <Age at={lastSeenAt} never="silent since the start" />,
              },
              { head: "", align: "right", cell: ({ id }) => <AskAgain deviceId={id} /> },
            ]}
          />
          <More {...ignored} shown={rows.length} />
        </>
      )}
    </Card>
  );
}

function AskAgain({ deviceId }: { readonly deviceId: string }) {
  const mayAdopt = useMay("engineer");
  const ask = useAsk("DELETE /inbox/:id/ignore", CHANGES);
  if (!mayAdopt) return null;
  return (
    <>
      <ProblemNote problem={ask.error} />
      <Button
        kind="quiet"
        busy={ask.isPending}
        onClick={() => ask.mutate({ params: { id: deviceId } })}
      >
        Ask again
      </Button>
    </>
  );
}
