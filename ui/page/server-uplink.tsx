import type { Reply } from "../../src/api/contract.ts";
import { formatCount } from "../format.ts";
import { Age } from "../part/age.tsx";
import { State } from "../part/badge.tsx";
import { Card } from "../part/card.tsx";
import { Facts } from "../part/facts.tsx";
import { bytesWords } from "../server-words.ts";

type Uplink = NonNullable<Reply<"GET /health">["uplink"]>;

/** Of a gateway: whether its samples reach the server above, and what waits for it. */
export function ServerAbove({ uplink }: { readonly uplink: Uplink }) {
  const { isUp, reason, waiting, acknowledgedAt } = uplink;
  const { samples, bytes, oldestAt } = waiting;
  return (
    <Card title="Server above">
      <div className="server-state" role="status">
        <State kind={isUp ? "on" : "wrong"}>
          {isUp ? "Connected" : "Away: what comes is kept here"}
        </State>
        {reason && <p className="server-reasons">{reason}</p>}
      </div>
      <Facts
        facts={[
          [
            "Waits here",
            samples === 0 ? "nothing" : `${formatCount(samples, "sample")}, ${bytesWords(bytes)}`,
          ],
          samples > 0 && ["Oldest of these", <Age key="oldest" at={oldestAt} />],
          ["It took some", <Age key="taken" at={acknowledgedAt} never="not since the start" />],
        ]}
      />
    </Card>
  );
}
