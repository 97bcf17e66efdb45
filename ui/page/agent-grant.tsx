import { useState } from "react";
import type { AgentReply } from "../../src/api/contract.ts";
import { draftOf } from "../agent-kinds.ts";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { TextArea } from "../part/field.tsx";
import { say } from "../part/toast.tsx";
import { useAsk } from "../query.ts";

/** What a plain agent may, in place: its connection goes on by it at once. */
export function AgentGrant({ agent }: { readonly agent: AgentReply }) {
  const { id, kind, name, tenant, rights: known } = agent;
  const [publish, setPublish] = useState(known.publish.join("\n"));
  const [subscribe, setSubscribe] = useState(known.subscribe.join("\n"));
  const change = useAsk("PUT /agents/:id/grant", ["GET /agents/:id", "GET /agents"]);
  const { errors, rights } = draftOf({ kind, name, tenant, publish, subscribe });
  const isNew = JSON.stringify(rights) !== JSON.stringify(known);
  const body = { publish: [...rights.publish], subscribe: [...rights.subscribe] };
  const onSuccess = () => say(`${name} has other rights`);
  return (
    <Card title="Rights" meta="One topic filter a line, + and # as in MQTT">
      <div className="stack">
        <TextArea
          label="May publish"
          value={publish}
          onChange={setPublish}
          error={errors.publish}
          rows={3}
          mono
        />
        <TextArea
          label="May subscribe"
          hint="A client that has subscribed to more is sent away, and learns it when it is back."
          value={subscribe}
          onChange={setSubscribe}
          error={errors.subscribe}
          rows={3}
          mono
        />
        <ProblemNote problem={change.error} />
        <div className="row">
          <Button
            kind="primary"
            busy={change.isPending}
            disabled={!isNew || Object.keys(errors).length > 0}
            onClick={() => change.mutate({ params: { id }, body }, { onSuccess })}
          >
            Change rights
          </Button>
        </div>
      </div>
    </Card>
  );
}
