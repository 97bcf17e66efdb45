import { useMemo, useState } from "react";
import type {
  CommandTypeReply,
  DeviceReply,
  DeviceSettingsReply,
  TemplateReply,
} from "../../src/api/contract.ts";
import { belowOwn, type OwnFields, onlyFields, ownFieldsOf, valuesOf } from "../meant-form.ts";
import { ProblemNote, Waiting } from "../part/empty.tsx";
import { SelectField } from "../part/field.tsx";
import { say } from "../part/toast.tsx";
import { useAsk, useReply } from "../query.ts";
import { type FormParameters, initialValues, readForm, sectionsOf } from "../schema-form.ts";
import { doubtsOf } from "../sensor-settings.ts";
import { type CommandWish, useSending } from "../use-command.ts";
import { useFaults } from "../use-faults.ts";
import { useRefetchOn } from "../use-refetch.ts";
import { SettingsPresets } from "./settings-presets.tsx";
import { SettingsSheet } from "./settings-sheet.tsx";
import { SettingsState } from "./settings-state.tsx";
import "./meant-settings.css";

type MeantSettingsProps = {
  readonly device: DeviceReply;
  readonly type: CommandTypeReply;
};

const EVERY_MS = 15_000;
const REFETCH = /^(command|device|template|network):/;

/** Settings that stay: what the device is meant to be told, and how far that has come. */
export function MeantSettings({ device, type }: MeantSettingsProps) {
  const asked = { params: { id: device.id }, query: { command: type.name } };
  const reply = useReply("GET /devices/:id/settings", asked, { every: EVERY_MS });
  useRefetchOn(({ subject }) => REFETCH.test(subject), ["GET /devices/:id/settings"]);
  const templates = useReply("GET /templates", {});
  const known = templates.data?.items.filter(
    ({ driver, command }) => driver === device.driver && command === type.name,
  );
  if (!reply.data || !known) {
    return reply.error ? <ProblemNote problem={reply.error} /> : <Waiting />;
  }
  return <MeantForm device={device} type={type} told={reply.data} templates={known} />;
}

type MeantFormProps = {
  readonly device: DeviceReply;
  readonly type: CommandTypeReply;
  readonly told: DeviceSettingsReply;
  readonly templates: readonly TemplateReply[];
};

function MeantForm({ device, type, told, templates }: MeantFormProps) {
  const form = useMeantForm(device, type, told, templates);
  const sending = useSending();
  const lay = useAsk("PUT /devices/:id/settings", ["GET /devices/:id/settings"]);
  const { sections, values, parameters, wish, own } = form;
  const faults = useFaults(device);
  const doubts = useMemo(() => doubtsOf(parameters, faults), [parameters, faults]);
  const send = (meant: CommandWish, onSent: () => void) => {
    const body = { command: type.name, ...form.layer };
    lay.mutate(
      { params: { id: device.id }, body },
      {
        onSuccess: () => sending.send(meant, onSent),
        onError: (problem) => say(problem.message),
      },
    );
  };
  return (
    <>
      <SettingsState told={told} sections={sections} onTake={form.take} />
      <SettingsSheet
        type={type}
        meta={ownWords(Object.keys(own).length)}
        sections={sections}
        values={values}
        errors={form.errors}
        doubts={doubts}
        notes={form.notes}
        wish={wish}
        last={told.sent}
        sending={{ ...sending, isSending: sending.isSending || lay.isPending }}
        above={
          <>
            <div className="meant-template">
              <SelectField
                label="Template of this node"
                hint="Lies over those of its network and its places, below what is typed here."
                value={form.templateId}
                onChange={form.choose}
                options={[
                  { value: "", label: "None" },
                  ...templates.map(({ id, name }) => ({ value: id, label: name })),
                ]}
              />
            </div>
            <SettingsPresets values={values} parameters={parameters} onChange={form.change} />
          </>
        }
        onChange={form.change}
        onSend={send}
      />
    </>
  );
}

/** What stands in the fields, which of them are the device's own, and what that comes to. */
function useMeantForm(
  device: DeviceReply,
  type: CommandTypeReply,
  told: DeviceSettingsReply,
  templates: readonly TemplateReply[],
) {
  const sections = useMemo(() => sectionsOf(type.parameters), [type.parameters]);
  const defaults = useMemo(
    () => readForm(sections, initialValues(sections)).parameters,
    [sections],
  );
  const [templateId, setTemplateId] = useState(told.own.templateId ?? "");
  const chosen = templates.find(({ id }) => id === templateId);
  const { parameters: below, origins } = useMemo(
    () => belowOwn(told, defaults, chosen),
    [told, defaults, chosen],
  );
  const [own, setOwn] = useState<OwnFields>(() => ownFieldsOf(sections, below, beginning(told)));
  const values = useMemo(() => valuesOf(sections, below, own), [sections, below, own]);
  const { errors, parameters, isValid } = useMemo(
    () => readForm(sections, values),
    [sections, values],
  );
  const wish = useMemo(
    () => (isValid ? { deviceId: device.id, name: type.name, parameters } : null),
    [device.id, type.name, isValid, parameters],
  );
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
    ...{ sections, values, errors, parameters, wish, own, templateId, change },
    notes: notesOf(origins, own, reset),
    layer: {
      templateId: templateId === "" ? null : templateId,
      parameters: { ...onlyFields(parameters, Object.keys(own)) },
    },
    choose: setTemplateId,
    take: (settings: FormParameters) => setOwn(ownFieldsOf(sections, below, settings)),
  };
}

/** Who was told something before anything was laid down goes on with that. */
function beginning({ sources, sent, meant }: DeviceSettingsReply): FormParameters {
  return sources.length === 0 && sent ? sent.parameters : meant;
}

function notesOf(
  origins: Readonly<Record<string, string>>,
  own: OwnFields,
  onReset: (key: string) => void,
) {
  const inherited = Object.entries(origins)
    .filter(([key]) => !(key in own))
    .map(([key, words]) => [
      key,
      <p key={key} className="meant-note">
        from {words}
      </p>,
    ]);
  const ownNotes = Object.keys(own).map((key) => [
    key,
    <p key={key} className="meant-note own">
      this node's own
      <button type="button" className="link" onClick={() => onReset(key)}>
        {origins[key] ? `as ${origins[key]}` : "as specified"}
      </button>
    </p>,
  ]);
  return Object.fromEntries([...inherited, ...ownNotes]);
}

function ownWords(own: number): string {
  if (own === 0) return "Nothing of its own";
  return own === 1 ? "One field of its own" : `${own} fields of its own`;
}
