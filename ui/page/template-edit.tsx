import { Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import type { CommandTypeReply, TemplateReply } from "../../src/api/contract.ts";
import { Button } from "../part/button.tsx";
import { Dialog } from "../part/dialog.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { TextField } from "../part/field.tsx";
import { SchemaFields } from "../part/schema-fields.tsx";
import { useAsk } from "../query.ts";
import {
  type FormSection,
  type FormValues,
  readForm,
  sectionsOf,
  valuesFrom,
} from "../schema-form.ts";

type TemplateEditProps = {
  readonly driver: string;
  readonly type: CommandTypeReply;
  /** Undefined: a new one. */
  readonly template: TemplateReply | undefined;
  readonly onClose: () => void;
};

const NO_DOUBTS = {};
const CHANGED = ["GET /templates", "GET /layers", "GET /devices/:id/settings"] as const;

/** Only the fields that are filled in belong to the template. */
export function TemplateEdit({ driver, type, template, onClose }: TemplateEditProps) {
  const sections = useMemo(() => optional(sectionsOf(type.parameters)), [type.parameters]);
  const [name, setName] = useState(template?.name ?? "");
  const [values, setValues] = useState<FormValues>(() =>
    valuesFrom(sections, template?.parameters ?? {}),
  );
  const { errors, parameters, isValid } = readForm(sections, values);
  const add = useAsk("POST /templates", CHANGED);
  const put = useAsk("PUT /templates/:id", CHANGED);
  const remove = useAsk("DELETE /templates/:id", CHANGED);
  const body = { name: name.trim(), driver, command: type.name, parameters: { ...parameters } };
  const done = { onSuccess: onClose };
  const save = () =>
    template ? put.mutate({ params: { id: template.id }, body }, done) : add.mutate({ body }, done);
  return (
    <Dialog
      title={template ? "Template" : "New template"}
      open
      wide
      onClose={onClose}
      actions={
        <>
          {template && (
            <Button
              kind="danger"
              icon={Trash2}
              busy={remove.isPending}
              onClick={() => remove.mutate({ params: { id: template.id } }, done)}
            >
              Remove
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            busy={add.isPending || put.isPending}
            disabled={!isValid || body.name === ""}
            onClick={save}
          >
            Save
          </Button>
        </>
      }
    >
      <ProblemNote problem={add.error ?? put.error ?? remove.error} />
      <TextField label="Name" value={name} onChange={setName} />
      <p className="hint">
        Fields that stay empty show what lies below. Saving sends nothing: roll it out afterwards.
      </p>
      <SchemaFields
        sections={sections}
        values={values}
        errors={errors}
        doubts={NO_DOUBTS}
        onChange={(key, text) => setValues({ ...values, [key]: text })}
      />
    </Dialog>
  );
}

/** The same fields, none of them needed and all of them empty at first. */
function optional(sections: readonly FormSection[]): readonly FormSection[] {
  return sections.map((section) => ({
    ...section,
    fields: section.fields.map((field) => ({ ...field, isRequired: false, initial: "" })),
  }));
}
