import type { Reply } from "../../src/api/contract.ts";
import { formatCount } from "../format.ts";
import { Age } from "../part/age.tsx";
import { State } from "../part/badge.tsx";
import { Card } from "../part/card.tsx";
import { Facts } from "../part/facts.tsx";
import { bytesWords, leftWords } from "../server-words.ts";

type Uplink = NonNullable<Reply<"GET /health">["uplink"]>;

const FILLING_UP = "Connected: live values are current, what waited follows";

/** Of a gateway: whether its samples reach the server above, and what waits for it. */
export function ServerAbove({ uplink }: { readonly uplink: Uplink }) {
  const { isUp, reason, waiting, fillingUp, acknowledgedAt } = uplink;
  const { samples, bytes, oldestAt } = waiting;
  return (
    <Card title="Server above">
      <div className="server-state" role="status">
        <State kind={isUp ? "on" : "wrong"}>
          {isUp ? (fillingUp ? FILLING_UP : "Connected") : "Away: what comes is kept here"}
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
          !!fillingUp && ["All of it is there", leftWords(fillingUp.leftSeconds)],
          ["It took some", <Age key="taken" at={acknowledgedAt} never="not since the start" />],
        ]}
      />
    </Card>
  );
}
