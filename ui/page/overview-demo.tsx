import { useState } from "react";
import { Button } from "../part/button.tsx";
import { Confirm } from "../part/dialog.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { say } from "../part/toast.tsx";
import { useAsk } from "../query.ts";

/** Says that what one sees is simulated, and ends it with one click and a yes. */
export function DemoNote() {
  const [isAsking, setAsking] = useState(false);
  const remove = useAsk("DELETE /demo", [
    "GET /session",
    "GET /overview",
    "GET /assets",
    "GET /points",
    "GET /devices",
    "GET /agents",
  ]);
  const onConfirm = () =>
    remove.mutate(
      {},
      {
        onSuccess: () => {
          setAsking(false);
          say("The demo plant is removed");
        },
      },
    );
  return (
    <div className="demo-note">
      <span className="hint">The demo plant runs beside your own data.</span>
      <Button kind="quiet" onClick={() => setAsking(true)}>
        Remove it
      </Button>
      <Confirm
        title="Remove the demo plant?"
        verb="Remove"
        open={isAsking}
        busy={remove.isPending}
        onClose={() => setAsking(false)}
        onConfirm={onConfirm}
      >
        <ProblemNote problem={remove.error} />
        <p>
          Its assets, devices, agents and their history go. What is yours stays. You can start it
          again at any time.
        </p>
      </Confirm>
    </div>
  );
}
