import { Send } from "lucide-react";
import { formatTime } from "../format.ts";
import { Button } from "../part/button.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { useMay } from "../session.ts";
import { type CommandWish, useSending } from "../use-command.ts";

type SendCommandProps = { readonly wish: CommandWish; readonly verb: string };

/** Sends at once: for what passes. What stays is confirmed first, see `device-settings.tsx`. */
export function SendCommand({ wish, verb }: SendCommandProps) {
  const mayCommand = useMay("command");
  const { send, row, problem, isSending } = useSending();
  if (!mayCommand) {
    return <p className="hint">Operators may send this to the device.</p>;
  }
  return (
    <div className="send-command">
      <Button kind="primary" icon={Send} busy={isSending} onClick={() => send(wish)}>
        {verb}
      </Button>
      <ProblemNote problem={problem} />
      <p className="hint num" role="status">
        {row && !problem ? sentWords(row) : ""}
      </p>
    </div>
  );
}

type Row = NonNullable<ReturnType<typeof useSending>["row"]>;

/** `Sent 14:21:40 by Marie. The protocol gives no answer.` */
function sentWords({ state, detail, actor, requestedAt, settledAt }: Row): string {
  const at = formatTime(settledAt ?? requestedAt);
  if (state === "sent") return `Sent ${at} by ${actor}. The device gives no answer.`;
  if (state === "confirmed") return `Confirmed by the device ${at}.`;
  return `Not sent, ${state} ${at}${detail ? `: ${detail}` : ""}.`;
}
