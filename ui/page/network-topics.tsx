import { useState } from "react";
import type { NetworkReply } from "../../src/api/contract.ts";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { TextField } from "../part/field.tsx";
import { say } from "../part/toast.tsx";
import { useAsk } from "../query.ts";
import { useMay } from "../session.ts";

const ANSWERS_HINT =
  "Firmware 2.1. Where it is told, no answer within a minute is a communication error.";

type NetworkTopicsProps = {
  readonly network: NetworkReply;
  readonly told: NonNullable<NetworkReply["topics"]>;
};

/** Topics that no public document names: who knows his gateway says them once. */
export function NetworkTopics({ network, told }: NetworkTopicsProps) {
  const mayEngineer = useMay("engineer");
  const [answers, setAnswers] = useState(told.answers ?? "");
  const [presence, setPresence] = useState(told.presence ?? "");
  const put = useAsk("PUT /networks/:driver/:network/topics", [
    "GET /networks",
    "GET /networks/:driver/:network",
  ]);
  const isSame = answers === (told.answers ?? "") && presence === (told.presence ?? "");
  const { driver, id } = network;
  const save = () =>
    put.mutate(
      {
        params: { driver, network: id },
        body: { answers: answers.trim() || null, presence: presence.trim() || null },
      },
      { onSuccess: () => say("The next messages are read by these topics") },
    );
  return (
    <Card
      title="Topics of its gateway"
      actions={
        mayEngineer && (
          <Button disabled={isSame} busy={put.isPending} onClick={save}>
            Save topics
          </Button>
        )
      }
    >
      <ProblemNote problem={put.error} />
      <p className="hint">An empty one is known by what its messages look like.</p>
      <div className="network-topics">
        <TextField
          label="Acknowledgements"
          placeholder={`/sauter/viasens/${id}/{node}/…`}
          hint={ANSWERS_HINT}
          value={answers}
          disabled={!mayEngineer}
          onChange={setAnswers}
        />
        <TextField
          label="Presence"
          placeholder={`/sauter/viasens/${id}/…`}
          hint="1 when the gateway connects, 0 by its will."
          value={presence}
          disabled={!mayEngineer}
          onChange={setPresence}
        />
      </div>
    </Card>
  );
}
