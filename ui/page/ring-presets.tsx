import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import type { TemplateReply } from "../../src/api/contract.ts";
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
import { Button, IconButton } from "../part/button.tsx";
import { TextField } from "../part/field.tsx";
import { FormDialog } from "../part/form-dialog.tsx";
import { say } from "../part/toast.tsx";
import { useAsk, useReply } from "../query.ts";
import { useMay } from "../session.ts";
import { useUndo } from "../use-undo.ts";

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
    const { id, ...body } = kept;
    return choice ? [{ id, name: body.name, choice, body }] : [];
  });
  return (
    <div className="row wrap">
      {PRESETS.map(({ name, choice }) => (
        <Button key={name} onClick={() => onChoose(choice)}>
          {name}
        </Button>
      ))}
      {own.map(({ id, name, choice, body }) => (
        <span key={id} className="row">
          <Button onClick={() => onChoose(choice)}>{name}</Button>
          {mayKeep && <Remove id={id} body={body} />}
        </span>
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

type RemoveProps = { readonly id: string; readonly body: Omit<TemplateReply, "id"> };

function Remove({ id, body }: RemoveProps) {
  const remove = useAsk("DELETE /templates/:id", ["GET /templates"]);
  const undo = useUndo();
  const ask = () =>
    remove.mutate(
      { params: { id } },
      {
        onSuccess: () =>
          undo(`Removed ${body.name}`, "POST /templates", { body }, ["GET /templates"]),
        onError: (problem) => say(problem.message),
      },
    );
  return (
    <IconButton
      label={`Remove ${body.name}`}
      icon={Trash2}
      disabled={remove.isPending}
      onClick={ask}
    />
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
