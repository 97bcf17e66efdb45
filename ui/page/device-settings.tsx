import { useMemo, useState } from "react";
import type { CommandReply, CommandTypeReply, DeviceReply } from "../../src/api/contract.ts";
import { commandWords } from "../command-words.ts";
import { formatDateTime } from "../format.ts";
import { metricsOf, parametersFor, valuesOf } from "../metric-form.ts";
import {
  type FormErrors,
  type FormValues,
  initialValues,
  readForm,
  sectionsOf,
  valuesFrom,
} from "../schema-form.ts";
import { useSending } from "../use-command.ts";
import { type LastSent, useLastSent } from "../use-last-sent.ts";
import { MeantSettings } from "./meant-settings.tsx";
import { MetricList, MetricNow } from "./metric-list.tsx";
import { SettingsSheet } from "./settings-sheet.tsx";
import "./device-settings.css";

/** The command of protocols whose devices name their metrics themselves. */
const WRITE = "write";

type DeviceSettingsProps = {
  readonly device: DeviceReply;
  readonly type: CommandTypeReply;
  /** Newest first. */
  readonly commands: readonly CommandReply[];
};

/** What stays goes by layers and templates, the rest by what was sent last. */
export function DeviceSettings(props: DeviceSettingsProps) {
  return props.type.kind === "configure" ? (
    <MeantSettings device={props.device} type={props.type} />
  ) : (
    <SentSettings {...props} />
  );
}

/** Waits until it is known what was sent last, because the form begins with that. */
function SentSettings(props: DeviceSettingsProps) {
  const { device, type, commands } = props;
  const last = useLastSent(device.id, type.name, commands);
  if (last === undefined) return null;
  return <SettingsForm {...props} last={last} />;
}

type SettingsFormProps = DeviceSettingsProps & { readonly last: LastSent | null };

function SettingsForm({ device, type, commands, last }: SettingsFormProps) {
  const [first] = useState<FormValues>(() => {
    const sections = sectionsOf(type.parameters);
    return last ? valuesFrom(sections, last.parameters) : initialValues(sections);
  });
  const [values, setValues] = useState(first);
  const metrics = useMemo(
    () => (type.name === WRITE ? metricsOf(device.channels, type.parameters) : []),
    [device.channels, type],
  );
  const metric = metrics.find(({ name }) => name === values["metric"]);
  const sections = useMemo(() => {
    if (type.name !== WRITE) return sectionsOf(type.parameters);
    return sectionsOf(parametersFor(type.parameters, values["type"] ?? "", metric));
  }, [type, metric, values]);
  const sending = useSending();
  const form = useMemo(() => readForm(sections, values), [sections, values]);
  const { errors, parameters, isValid } = form;
  const wish = useMemo(
    () => (isValid ? { deviceId: device.id, name: type.name, parameters } : null),
    [device.id, type.name, isValid, parameters],
  );
  return (
    <SettingsSheet
      type={type}
      meta={lastWords(last, type)}
      sections={sections}
      values={values}
      errors={changedErrors(errors, values, first)}
      wish={wish}
      last={last}
      sending={sending}
      now={metric && <MetricNow device={device} metric={metric} />}
      above={
        metrics.length > 0 && (
          <MetricList
            device={device}
            metrics={metrics}
            chosen={values["metric"] ?? ""}
            onChoose={(metric) => setValues(valuesOf(metric))}
          />
        )
      }
      below={
        <p className="hint" role="status">
          {sending.row ? stateWords(sending.row, type, commands) : ""}
        </p>
      }
      onChange={setValues}
      onSend={sending.send}
    />
  );
}

/** Nobody has done anything wrong in a field that was not touched. */
function changedErrors(errors: FormErrors, values: FormValues, first: FormValues): FormErrors {
  const changed = Object.entries(errors).filter(([key]) => values[key] !== first[key]);
  return Object.fromEntries(changed);
}

function lastWords(last: LastSent | null, { kind }: CommandTypeReply): string {
  if (last) return `Last sent ${formatDateTime(last.at)} by ${last.actor}`;
  const nothing = "Nothing was sent from here yet";
  return kind === "act" ? nothing : `${nothing}: these are the specification's values`;
}

/** The newest that is known of the command that was sent from here. */
function stateWords(
  row: CommandReply,
  type: CommandTypeReply,
  commands: readonly CommandReply[],
): string {
  const newest = commands.find(({ id }) => id === row.id) ?? row;
  const { word, meaning } = commandWords(newest, type);
  return `${word} ${formatDateTime(newest.settledAt ?? newest.requestedAt)}. ${meaning}`;
}
