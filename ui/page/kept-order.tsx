import type { DeviceReply } from "../../src/api/contract.ts";
import { Age } from "../part/age.tsx";
import { Button } from "../part/button.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { useAsk } from "../query.ts";
import { useMay } from "../session.ts";

/** The warning of a kept order, which starts the animation again at each reconnect. */
export const KEPT_ORDER = "W_RETAINED_CONTROL";

/** On the page of the ring: why it shows what nobody has just sent. */
export function KeptOrder({ device }: { readonly device: DeviceReply }) {
  const warning = device.warnings.find(({ code }) => code === KEPT_ORDER);
  if (!warning) return null;
  return (
    <div className="ring-kept" role="note">
      <p>
        <b>The broker was told to keep an order for this ring</b>{" "}
        <span className="hint">
          <Age at={warning.at} /> ago
        </span>
      </p>
      <p className="dim">
        Unless it was cleared since, the ring plays it anew each time its gateway connects.
      </p>
      <ClearOrder deviceId={device.id} />
    </div>
  );
}

/** For those who may command: the broker forgets the order that it should not have kept. */
export function ClearOrder({ deviceId }: { readonly deviceId: string }) {
  const mayCommand = useMay("command");
  const clear = useAsk("POST /devices/:id/clear-retained", ["GET /devices/:id"]);
  if (!mayCommand) return null;
  const onClick = () => clear.mutate({ params: { id: deviceId } });
  return (
    <>
      <Button busy={clear.isPending} onClick={onClick}>
        Clear the kept order
      </Button>
      {clear.isSuccess && <p className="dim">The broker keeps it no more.</p>}
      <ProblemNote problem={clear.error} />
    </>
  );
}
