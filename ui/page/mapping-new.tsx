import { useState } from "react";
import type { Reply, TopicReply } from "../../src/api/contract.ts";
import { Button } from "../part/button.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { SelectField, TextArea, TextField } from "../part/field.tsx";
import { FormDialog } from "../part/form-dialog.tsx";
import { say } from "../part/toast.tsx";
import { useAsk, useReply } from "../query.ts";
import { PlaceField } from "./place-field.tsx";

type MappingNewProps = {
  readonly agentId: string;
  readonly topic: TopicReply;
  /** A message of the topic, if one is at hand. */
  readonly sample: string;
  readonly onClose: () => void;
};

const SAMPLE = '{ "time": "2026-01-05T10:00:00Z", "oven": { "temperature": 181.5 } }';

/** Where a variable's values stand: tried on a message before it counts. */
export function MappingNew({ agentId, topic, sample: given, onClose }: MappingNewProps) {
  const [asset, setAsset] = useState("");
  const [which, setWhich] = useState("");
  const [value, setValue] = useState("oven.temperature");
  const [time, setTime] = useState("time");
  const add = useAsk("POST /agents/:id/topics/:topicId/mappings", ["GET /agents/:id/topics"]);
  const names = useVariables(asset);
  const chosen = names.find(({ key }) => key === which);
  const onSubmit = () => {
    if (!chosen) return;
    const { aspect, variable } = chosen;
    const body = { assetId: asset, aspect, variable, value, time: time === "" ? null : time };
    const onSuccess = () => {
      say(`${variable} is read from the next message on`);
      onClose();
    };
    add.mutate({ params: { id: agentId, topicId: topic.id }, body }, { onSuccess });
  };
  return (
    <FormDialog
      title={`A value on ${topic.topic}`}
      verb="Add"
      busy={add.isPending}
      problem={add.error}
      isReady={chosen !== undefined && value !== ""}
      onSubmit={onSubmit}
      onClose={onClose}
    >
      <PlaceField label="Asset" value={asset} onChange={setAsset} none="Choose an asset" />
      <SelectField
        label="Variable"
        value={which}
        onChange={setWhich}
        disabled={asset === ""}
        options={[
          { value: "", label: "Choose a variable" },
          ...names.map(({ key, aspect, variable }) => {
            return { value: key, label: `${aspect} · ${variable}` };
          }),
        ]}
        hint="What the type of the asset says that it remembers."
      />
      <TextField label="Where its values stand" mono value={value} onChange={setValue} />
      <TextField
        label="Where their times stand"
        mono
        value={time}
        onChange={setTime}
        hint="Left empty, the arrival counts."
      />
      <Try agentId={agentId} value={value} time={time} given={given} />
    </FormDialog>
  );
}

/** In the order of the type. */
function useVariables(assetId: string) {
  const when = assetId !== "";
  const reply = useReply("GET /assets/:id/variables", { params: { id: assetId } }, { when });
  const items = when ? (reply.data?.items ?? []) : [];
  return items.map((one) => ({ ...one, key: JSON.stringify([one.aspect, one.variable]) }));
}

type TryProps = {
  readonly agentId: string;
  readonly value: string;
  readonly time: string;
  readonly given: string;
};

function Try({ agentId, value, time, given }: TryProps) {
  const [sample, setSample] = useState(given || SAMPLE);
  const ask = useAsk("POST /agents/:id/topics/try", []);
  const body = { sample, value, time: time === "" ? null : time };
  return (
    <>
      <TextArea
        label="A message to try it on"
        mono
        rows={4}
        value={sample}
        onChange={(text) => {
          setSample(text);
          ask.reset();
        }}
      />
      <ProblemNote problem={ask.error} />
      <div className="row">
        <Button
          busy={ask.isPending}
          disabled={value === ""}
          onClick={() => ask.mutate({ params: { id: agentId }, body })}
        >
          Try
        </Button>
        {ask.data && <Found {...ask.data} />}
      </div>
    </>
  );
}

type FoundProps = Reply<"POST /agents/:id/topics/try">;

function Found({ found, problem }: FoundProps) {
  if (problem !== "") return <p className="field-error">{problem}</p>;
  return (
    <ul aria-label="Found">
      {found.map(({ value, at }) => (
        <li key={`${at} ${value}`}>
          <code>{JSON.stringify(value)}</code> at {at ?? "its arrival"}
        </li>
      ))}
    </ul>
  );
}
