import { useMemo } from "react";
import type {
  CommandTypeReply,
  DeviceReply,
  DeviceSettingsReply,
  TemplateReply,
} from "../../src/api/contract.ts";
import { ownFieldsOf } from "../meant-form.ts";
import { ProblemNote, Waiting } from "../part/empty.tsx";
import { say } from "../part/toast.tsx";
import { useAsk, useReply } from "../query.ts";
import type { FormParameters } from "../schema-form.ts";
import { doubtsOf } from "../sensor-settings.ts";
import { type CommandWish, useSending } from "../use-command.ts";
import { useFaults } from "../use-faults.ts";
import { useRefetchOn } from "../use-refetch.ts";
import { SettingsPresets } from "./settings-presets.tsx";
import { SettingsSheet } from "./settings-sheet.tsx";
import { SettingsState } from "./settings-state.tsx";
import { TemplateField } from "./template-field.tsx";
import { useLayerForm } from "./use-layer-form.tsx";
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
  const repeat = () => {
    const { command: name, meant } = told;
    sending.send({ deviceId: device.id, name, parameters: meant }, () => say("Sent again"));
  };
  return (
    <>
      <SettingsState
        told={told}
        sections={sections}
        onTake={form.take}
        onRepeat={repeat}
        isSending={sending.isSending}
      />
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
            <TemplateField
              label="Template of this node"
              hint="Lies over those of its network and its places, below what is typed here."
              templates={templates}
              value={form.templateId}
              onChange={form.choose}
            />
            <SettingsPresets values={values} parameters={parameters} onChange={form.change} />
          </>
        }
        onChange={form.change}
        onSend={send}
      />
    </>
  );
}

function useMeantForm(
  device: DeviceReply,
  type: CommandTypeReply,
  told: DeviceSettingsReply,
  templates: readonly TemplateReply[],
) {
  const form = useLayerForm({
    ...{ type, sources: told.sources, templates, templateId: told.own.templateId },
    ownAtFirst: (sections, below) => ownFieldsOf(sections, below, beginning(told)),
    whose: "this node's own",
  });
  const { isValid, parameters } = form;
  const wish = useMemo(
    () => (isValid ? { deviceId: device.id, name: type.name, parameters } : null),
    [device.id, type.name, isValid, parameters],
  );
  return { ...form, wish };
}

/** Who was told something before anything was laid down goes on with that. */
function beginning({ sources, sent, meant }: DeviceSettingsReply): FormParameters {
  return sources.length === 0 && sent ? sent.parameters : meant;
}

function ownWords(own: number): string {
  if (own === 0) return "Nothing of its own";
  return own === 1 ? "One field of its own" : `${own} fields of its own`;
}
