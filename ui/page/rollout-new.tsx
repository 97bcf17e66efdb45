import { useState } from "react";
import type { NodeReply } from "../../src/api/contract.ts";
import { formatCount, formatSpan } from "../format.ts";
import { unsentOf } from "../network-words.ts";
import { TextField } from "../part/field.tsx";
import { FormDialog } from "../part/form-dialog.tsx";
import { Choice } from "../part/tabs.tsx";
import { useAsk } from "../query.ts";

type RolloutNewProps = {
  readonly network: string;
  readonly nodes: readonly NodeReply[];
  readonly onClose: () => void;
};

const COMMAND = "sensors-config";

/** Sends each node what it is meant to be told; who has no asset is not touched. */
export function RolloutNew({ network, nodes, onClose }: RolloutNewProps) {
  const adopted = nodes.filter(({ assetId }) => assetId !== null);
  const unsent = unsentOf(nodes);
  const [wanted, setWanted] = useState<"unsent" | "all">(unsent.length > 0 ? "unsent" : "all");
  const [name, setName] = useState(`Settings of ${network}`);
  const [rate, setRate] = useState("2");
  const ask = useAsk("POST /rollouts", ["GET /rollouts"]);
  const chosen = wanted === "all" ? adopted : unsent;
  const perSecond = Number(rate.replace(",", "."));
  const isReady = chosen.length > 0 && perSecond > 0 && perSecond <= 50 && name.trim() !== "";
  const deviceIds = chosen.map(({ deviceId }) => deviceId);
  return (
    <FormDialog
      title="Roll out settings"
      verb={`Send to ${formatCount(chosen.length, "node")}`}
      busy={ask.isPending}
      problem={ask.error}
      isReady={isReady}
      onSubmit={() =>
        ask.mutate(
          { body: { name, command: COMMAND, deviceIds, perSecond } },
          { onSuccess: onClose },
        )
      }
      onClose={onClose}
    >
      <Choice
        label="Which nodes"
        value={wanted}
        onChange={setWanted}
        options={[
          { value: "unsent", label: `Not sent yet (${unsent.length})` },
          { value: "all", label: `All (${adopted.length})` },
        ]}
      />
      <TextField label="Name" value={name} onChange={setName} hint="It stands in the journal." />
      <TextField
        label="At most"
        unit="nodes a second"
        inputMode="decimal"
        value={rate}
        onChange={setRate}
        hint="Each node answers with all its values: two a second are gentle to a mesh."
      />
      {isReady && <p className="dim">{`It takes ${durationOf(chosen.length / perSecond)}.`}</p>}
    </FormDialog>
  );
}

function durationOf(seconds: number): string {
  return seconds < 2 ? "a moment" : `about ${formatSpan(seconds * 1000)}`;
}
