import { type ReactNode, useMemo, useState } from "react";
import type { CommandTypeReply, TemplateReply } from "../../src/api/contract.ts";
import type { Source } from "../layer-form.ts";
import { belowOwn, type OwnFields, onlyFields, ownFieldsOf, valuesOf } from "../meant-form.ts";
import {
  type FormParameters,
  type FormSection,
  initialValues,
  readForm,
  sectionsOf,
} from "../schema-form.ts";
import "./meant-settings.css";

type LayerFormParts = {
  readonly type: CommandTypeReply;
  /** All that lies wider, the widest first. */
  readonly sources: readonly Source[];
  readonly templates: readonly TemplateReply[];
  readonly templateId: string | null;
  /** Which fields are its own at first, above what lies below. */
  readonly ownAtFirst: (sections: readonly FormSection[], below: FormParameters) => OwnFields;
  /** Such as `this node's own`. */
  readonly whose: string;
  /** By field: who says something else of it. */
  readonly narrower?: ReadonlyMap<string, readonly string[]>;
};

/** What stands in the fields of a layer, which of them are its own, and what that comes to. */
export function useLayerForm(parts: LayerFormParts) {
  const { type, sources, templates } = parts;
  const sections = useMemo(() => sectionsOf(type.parameters), [type.parameters]);
  const defaults = useMemo(
    () => readForm(sections, initialValues(sections)).parameters,
    [sections],
  );
  const [templateId, setTemplateId] = useState(parts.templateId ?? "");
  const chosen = templates.find(({ id }) => id === templateId);
  const { parameters: below, origins } = useMemo(
    () => belowOwn(sources, defaults, chosen),
    [sources, defaults, chosen],
  );
  const [own, setOwn] = useState<OwnFields>(() => parts.ownAtFirst(sections, below));
  const values = useMemo(() => valuesOf(sections, below, own), [sections, below, own]);
  const form = useMemo(() => readForm(sections, values), [sections, values]);
  const change = (changed: Readonly<Record<string, string>>) => {
    const under = valuesOf(sections, below, {});
    setOwn(
      Object.fromEntries(
        Object.entries(changed).filter(([key, text]) => text !== under[key] || key in own),
      ),
    );
  };
  const reset = (key: string) =>
    setOwn(Object.fromEntries(Object.entries(own).filter(([other]) => other !== key)));
  return {
    ...{ sections, values, ...form, own, templateId, change },
    notes: notesOf(sections, { ...parts, origins, own, onReset: reset }),
    layer: {
      templateId: templateId === "" ? null : templateId,
      parameters: { ...onlyFields(form.parameters, Object.keys(own)) },
    },
    choose: setTemplateId,
    take: (settings: FormParameters) => setOwn(ownFieldsOf(sections, below, settings)),
    resetAll: () => setOwn({}),
  };
}

type NoteParts = Pick<LayerFormParts, "whose" | "narrower"> & {
  readonly origins: Readonly<Record<string, string>>;
  readonly own: OwnFields;
  readonly onReset: (key: string) => void;
};

function notesOf(
  sections: readonly FormSection[],
  parts: NoteParts,
): Readonly<Record<string, ReactNode>> {
  const fields = sections.flatMap((section) => section.fields);
  return Object.fromEntries(
    fields.map(({ key, title }) => [
      key,
      <FieldNote key={key} name={key} title={title} {...parts} />,
    ]),
  );
}

type FieldNoteProps = NoteParts & { readonly name: string; readonly title: string };

/** Where a value comes from, how to let it go, and who below says something else. */
function FieldNote({ name, title, whose, origins, own, narrower, onReset }: FieldNoteProps) {
  const origin = origins[name];
  const others = narrower?.get(name) ?? [];
  const isOwn = name in own;
  return (
    <>
      {isOwn && (
        <p className="meant-note own">
          {whose}
          <button
            type="button"
            className="link"
            aria-label={`Reset ${title}: ${origin ? `as ${origin}` : "as specified"}`}
            onClick={() => onReset(name)}
          >
            {origin ? `as ${origin}` : "as specified"}
          </button>
        </p>
      )}
      {!isOwn && origin && <p className="meant-note">from {origin}</p>}
      {others.length > 0 && <p className="meant-note">{otherwiseWords(others)}</p>}
    </>
  );
}

/** More names than these are counted. */
const NAMES_MAX = 2;

function otherwiseWords(names: readonly string[]): string {
  const left = names.length - NAMES_MAX;
  const named = names.slice(0, NAMES_MAX).join(", ");
  return `otherwise in ${named}${left > 0 ? ` and ${left} more` : ""}`;
}
