import { mosquittoLine } from "../mosquitto.ts";
import { Card } from "../part/card.tsx";
import { CopyBlock } from "../part/copy.tsx";
import { ProblemNote, Waiting } from "../part/empty.tsx";
import { type CommandWish, useCommandPreview } from "../use-command.ts";
import "./sent-message.css";

/** The exact message, before it is sent; and how to send it without this page. */
export function SentMessage({ wish }: { readonly wish: CommandWish | null }) {
  const { message, problem } = useCommandPreview(wish);
  return (
    <Card
      title="The message"
      meta={
        message && (message.retain ? "Kept by the broker (retained)" : "Not kept by the broker")
      }
    >
      <ProblemNote problem={problem} />
      {message && !problem ? (
        <div className="sent-message">
          <div className="stack">
            <span className="hint">{`Topic, QoS ${message.qos}`}</span>
            <CopyBlock text={message.topic} label="Copy the topic" />
            <span className="hint">
              {message.hex === undefined ? "Payload" : "Payload, in hex"}
            </span>
            <CopyBlock text={message.hex ?? message.payload ?? ""} label="Copy the payload" />
          </div>
          <div className="stack">
            <span className="hint">
              The same from a terminal, as an agent that may publish there. The network's own
              gateway would lose its connection: better an agent of your own.
            </span>
            <CopyBlock
              text={mosquittoLine(message, location.hostname)}
              label="Copy the mosquitto_pub command"
            />
          </div>
        </div>
      ) : (
        !problem && wish && <Waiting />
      )}
      {!wish && <p className="dim">Fill in or mend the fields above first.</p>}
    </Card>
  );
}
