import type { ChannelReply } from "../src/api/contract.ts";
import type { FormParameters } from "./schema-form.ts";

/** The metrics that a device was born with, and the form in which one of them is written. */

/** A channel whose type has a name in the device's own protocol, and can be written. */
export type Metric = ChannelReply & { readonly form: string };

/** What of a device's channels may be written: `parameters` of the command names the types. */
export function metricsOf(channels: readonly ChannelReply[], parameters: FormParameters): Metric[] {
  const types = optionsIn(propertiesOf(parameters)["type"]);
  return channels.filter((channel): channel is Metric => {
    return !channel.retired && channel.form !== undefined && types.includes(channel.form);
  });
}

/** Those that have every word of the search in their name or unit. */
export function matching(metrics: readonly Metric[], search: string): readonly Metric[] {
  const words = plain(search).split(/\s+/).filter(Boolean);
  if (words.length === 0) return metrics;
  return metrics.filter(({ name, form, proposal }) => {
    const text = plain(`${name} ${proposal.name} ${form} ${proposal.unit ?? ""}`);
    return words.every((word) => text.includes(word));
  });
}

/** The command's parameters with the value's own field in the place of one for any value. */
export function parametersFor(
  parameters: FormParameters,
  type: string,
  metric: Metric | undefined,
): FormParameters {
  const input = inputFor(type);
  if (!input) return parameters;
  const properties = propertiesOf(parameters);
  const unit = metric?.form === type ? metric.proposal.unit : undefined;
  const value = { title: "Value", ...input, ...(unit && { unit }) };
  return { ...parameters, properties: { ...properties, value } };
}

/** What stands in the form once a metric is chosen: it begins with its value of now. */
export function valuesOf({ name, form, latest }: Metric) {
  const value = latest?.value;
  return { metric: name, type: form, value: value == null ? "" : String(value) };
}

const WHOLE: Readonly<Record<string, readonly [bits: number, isSigned: boolean]>> = {
  Int8: [8, true],
  Int16: [16, true],
  Short: [16, true],
  Int32: [32, true],
  Integer: [32, true],
  UInt8: [8, false],
  UInt16: [16, false],
  UInt32: [32, false],
};

function inputFor(type: string): FormParameters | undefined {
  const whole = WHOLE[type];
  if (whole) return wholeInput(...whole);
  switch (type) {
    case "Boolean":
      return { type: "boolean" };
    case "Float":
    case "Double":
      return { type: "number" };
    case "Int64":
    case "UInt64":
    case "Long":
      return {
        ...{ type: "string", pattern: type === "UInt64" ? "^\\d{1,20}$" : "^-?\\d{1,19}$" },
        description: "A whole number of 64 bits.",
      };
    case "DateTime":
      return { type: "string", description: "ISO 8601, such as 2026-11-22T16:30:00Z." };
    case "String":
    case "Text":
    case "UUID":
      return { type: "string" };
    default:
      return undefined;
  }
}

function wholeInput(bits: number, isSigned: boolean): FormParameters {
  const minimum = isSigned ? -(2 ** (bits - 1)) : 0;
  const maximum = 2 ** (isSigned ? bits - 1 : bits) - 1;
  const description = `From ${minimum} to ${maximum}.`.replaceAll("-", "−");
  return { type: "integer", minimum, maximum, description };
}

/** Without accents: `energie` finds `Énergie`. */
function plain(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase();
}

function propertiesOf({ properties }: FormParameters): FormParameters {
  return (properties ?? {}) as FormParameters;
}

function optionsIn(property: unknown): readonly unknown[] {
  const { enum: options } = (property ?? {}) as { readonly enum?: unknown };
  return Array.isArray(options) ? options : [];
}
