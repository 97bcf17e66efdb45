import { Radio } from "lucide-react";
import type { Reply } from "../../src/api/contract.ts";
import { Button, LinkButton } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Empty, ProblemNote } from "../part/empty.tsx";
import { useAsk } from "../query.ts";
import { useMay } from "../session.ts";

/** Nothing speaks yet: the two ways to change that, or the inbox where something waits. */
export function FirstSteps({ overview }: { readonly overview: Reply<"GET /overview"> }) {
  const mayConnect = useMay("engineer");
  const mayDemo = useMay("administer");
  const demo = useAsk("POST /demo", ["GET /overview", "GET /assets", "GET /points"]);
  if (overview.inbox > 0) {
    return (
      <Card title="Something speaks">
        <Empty
          icon={Radio}
          title="Devices wait in the inbox"
          action={
            <LinkButton to="/inbox" kind="primary">
              Open the inbox
            </LinkButton>
          }
        >
          Give them a name and a place, and they appear here.
        </Empty>
      </Card>
    );
  }
  return (
    <Card title="Nothing speaks yet">
      <ProblemNote problem={demo.error} />
      <Empty
        icon={Radio}
        title="Connect the first device"
        action={
          <>
            {mayConnect && (
              <LinkButton to="/agents/new" kind="primary">
                Connect a device
              </LinkButton>
            )}
            {mayDemo && !overview.demo && (
              <Button busy={demo.isPending} onClick={() => demo.mutate({})}>
                Start the demo plant
              </Button>
            )}
          </>
        }
      >
        Its credentials take a minute. Every value that it sends is kept from the first message on.
      </Empty>
    </Card>
  );
}
