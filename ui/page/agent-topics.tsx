import { Plus, X } from "lucide-react";
import { useState } from "react";
import type {
  AgentReply,
  MappingReply,
  RejectedReply,
  TopicReply,
} from "../../src/api/contract.ts";
import { Age } from "../part/age.tsx";
import { Button, IconButton } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Confirm } from "../part/dialog.tsx";
import { Nothing, ProblemNote } from "../part/empty.tsx";
import { TextField } from "../part/field.tsx";
import { FormDialog } from "../part/form-dialog.tsx";
import { type Column, Table } from "../part/table.tsx";
import { say } from "../part/toast.tsx";
import { useAsk, useReply } from "../query.ts";
import { MappingNew } from "./mapping-new.tsx";

type AgentTopicsProps = {
  readonly agent: AgentReply;
  /** The agent's messages that were not taken, newest first. */
  readonly rejected: readonly RejectedReply[];
};

/** Topics of the agent's own, on which it says any JSON, and where values stand in it. */
export function AgentTopics({ agent, rejected }: AgentTopicsProps) {
  const reply = useReply("GET /agents/:id/topics", { params: { id: agent.id } });
  const [isNew, setNew] = useState(false);
  const items = reply.data?.items ?? [];
  return (
    <Card
      title="Topics of its own"
      meta="Any JSON, read by expressions"
      actions={
        <Button icon={Plus} onClick={() => setNew(true)}>
          Add a topic
        </Button>
      }
    >
      <ProblemNote problem={reply.error} />
      {items.length === 0 && !reply.error && (
        <Nothing>None: it speaks below its own tree alone.</Nothing>
      )}
      <div className="stack">
        {items.map((topic) => (
          <Topic
            key={topic.id}
            agent={agent}
            topic={topic}
            last={rejected.find((row) => row.topic === topic.topic)}
          />
        ))}
      </div>
      {isNew && <TopicNew agent={agent} onClose={() => setNew(false)} />}
    </Card>
  );
}

type TopicProps = {
  readonly agent: AgentReply;
  readonly topic: TopicReply;
  /** What was refused last of its messages. */
  readonly last: RejectedReply | undefined;
};

function Topic({ agent, topic, last }: TopicProps) {
  const [isMapping, setMapping] = useState(false);
  const drop = useAsk("DELETE /agents/:id/topics/:topicId/mappings/:mappingId", [
    "GET /agents/:id/topics",
  ]);
  const onDrop = ({ id: mappingId }: MappingReply) =>
    drop.mutate({ params: { id: agent.id, topicId: topic.id, mappingId } });
  return (
    <section className="agent-topic" aria-label={topic.topic}>
      <header className="row">
        <code>{topic.topic}</code>
        <Button icon={Plus} onClick={() => setMapping(true)}>
          Add a value
        </Button>
        <TopicRemove agent={agent} topic={topic} />
      </header>
      <ProblemNote problem={drop.error} />
      {last && (
        <p className="hint">
          Refused <Age at={last.at} never="" />: {last.detail}
        </p>
      )}
      {topic.mappings.length > 0 ? (
        <Table
          label={`Values in ${topic.topic}`}
          rows={topic.mappings}
          rowKey={({ id }) => id}
          columns={columns(onDrop)}
        />
      ) : (
        <Nothing>Its messages are refused until it is said where values stand in them.</Nothing>
      )}
      {isMapping && (
        <MappingNew
          agentId={agent.id}
          topic={topic}
          sample={last?.excerpt ?? ""}
          onClose={() => setMapping(false)}
        />
      )}
    </section>
  );
}

function columns(onDrop: (mapping: MappingReply) => void): readonly Column<MappingReply>[] {
  return [
    {
      head: "Variable",
      grow: true,
      cell: ({ path, aspect, variable }) => `${path} · ${aspect} · ${variable}`,
    },
    { head: "Its values", cell: ({ value }) => <code className="cut">{value}</code> },
    {
      head: "Their times",
      wide: true,
      cell: ({ time }) => (time === null ? "arrival" : <code className="cut">{time}</code>),
    },
    {
      head: "",
      align: "right",
      cell: (mapping) => (
        <IconButton icon={X} label={`Remove ${mapping.variable}`} onClick={() => onDrop(mapping)} />
      ),
    },
  ];
}

function TopicRemove({ agent, topic }: Pick<TopicProps, "agent" | "topic">) {
  const [isOpen, setOpen] = useState(false);
  const remove = useAsk("DELETE /agents/:id/topics/:topicId", [
    "GET /agents/:id/topics",
    "GET /agents/:id",
  ]);
  const params = { id: agent.id, topicId: topic.id };
  return (
    <>
      <IconButton icon={X} label={`Remove ${topic.topic}`} onClick={() => setOpen(true)} />
      <Confirm
        title="Remove this topic?"
        verb="Remove"
        open={isOpen}
        busy={remove.isPending}
        onClose={() => setOpen(false)}
        onConfirm={() => remove.mutate({ params })}
      >
        <ProblemNote problem={remove.error} />
        <p>
          The agent may publish on <code>{topic.topic}</code> no more. What came is kept.
        </p>
      </Confirm>
    </>
  );
}

function TopicNew({
  agent,
  onClose,
}: {
  readonly agent: AgentReply;
  readonly onClose: () => void;
}) {
  const [topic, setTopic] = useState(`data/${agent.clientId}`);
  const add = useAsk("POST /agents/:id/topics", ["GET /agents/:id/topics", "GET /agents/:id"]);
  const onSuccess = () => {
    say(`${agent.name} may publish on ${topic}`);
    onClose();
  };
  return (
    <FormDialog
      title="A topic of its own"
      verb="Add"
      busy={add.isPending}
      problem={add.error}
      isReady={topic !== ""}
      onSubmit={() => add.mutate({ params: { id: agent.id }, body: { topic } }, { onSuccess })}
      onClose={onClose}
    >
      <TextField
        label="Topic"
        mono
        value={topic}
        onChange={setTopic}
        hint={
          <>
            One of its levels is <code>{agent.clientId}</code>, none a wildcard.
          </>
        }
      />
    </FormDialog>
  );
}
