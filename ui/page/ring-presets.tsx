import { Plus } from "lucide-react";
import { useState } from "react";
import {
  AMBER,
  CLEAR_MODE,
  choiceOf,
  FIRST_ANIMATION,
  GREEN,
  IDENTIFY,
  RED,
  type RingChoice,
  type RingCommand,
  steady,
} from "../led-form.ts";
import { Button } from "../part/button.tsx";
import { TextField } from "../part/field.tsx";
import { FormDialog } from "../part/form-dialog.tsx";
import { useAsk, useReply } from "../query.ts";
import { useMay } from "../session.ts";

type RingPresetsProps = {
  readonly driver: string;
  /** What is chosen now, to be kept under a name. */
  readonly command: RingCommand;
  readonly onChoose: (choice: Partial<RingChoice>) => void;
};

const PRESETS: readonly { readonly name: string; readonly choice: Partial<RingChoice> }[] = [
  { name: "Identify, 10 s", choice: { kind: "led-ring", animation: IDENTIFY } },
  { name: "Green", choice: { kind: "led-ring-basic", pattern: steady(GREEN) } },
  { name: "Amber", choice: { kind: "led-ring-basic", pattern: steady(AMBER) } },
  { name: "Red", choice: { kind: "led-ring-basic", pattern: steady(RED) } },
  {
    name: "Clear",
    choice: { kind: "led-ring", animation: { ...FIRST_ANIMATION, mode: CLEAR_MODE } },
  },
];

/** What is wanted most often; they fill the fields and send nothing. */
export function RingPresets({ driver, command, onChoose }: RingPresetsProps) {
  const mayKeep = useMay("engineer");
  const [isNaming, setNaming] = useState(false);
  const templates = useReply("GET /templates", {});
  const own = (templates.data?.items ?? []).flatMap((kept) => {
    const choice = kept.driver === driver ? choiceOf(kept.command, kept.parameters) : undefined;
    return choice ? [{ id: kept.id, name: kept.name, choice }] : [];
  });
  return (
    <div className="row wrap">
      {PRESETS.map(({ name, choice }) => (
        <Button key={name} onClick={() => onChoose(choice)}>
          {name}
        </Button>
      ))}
      {own.map(({ id, name, choice }) => (
        <Button key={id} onClick={() => onChoose(choice)}>
          {name}
        </Button>
      ))}
      {mayKeep && (
        <Button kind="quiet" icon={Plus} onClick={() => setNaming(true)}>
          Keep this
        </Button>
      )}
      {isNaming && (
        <PresetName driver={driver} command={command} onClose={() => setNaming(false)} />
      )}
    </div>
  );
}

type PresetNameProps = Omit<RingPresetsProps, "onChoose"> & { readonly onClose: () => void };

function PresetName({ driver, command, onClose }: PresetNameProps) {
  const [name, setName] = useState("");
  const add = useAsk("POST /templates", ["GET /templates"]);
  const { name: of, parameters } = command;
  const body = { name: name.trim(), driver, command: of, parameters: { ...parameters } };
  return (
    <FormDialog
      title="Keep this picture"
      verb="Keep"
      busy={add.isPending}
      problem={add.error}
      isReady={body.name !== ""}
      onSubmit={() => add.mutate({ body }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <TextField label="Name" value={name} onChange={setName} hint="A button for everybody." />
    </FormDialog>
  );
}
