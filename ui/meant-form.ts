import type { TemplateReply } from "../src/api/contract.ts";
import { fieldsIn, laidOver } from "../src/domain/settings.ts";
import type { Source } from "./layer-form.ts";
import {
  type FormParameters,
  type FormSection,
  type FormValues,
  valuesFrom,
} from "./schema-form.ts";

/** A device's settings as a form: what lies below shows through where the device says nothing. */
export type OwnFields = Readonly<Record<string, string>>;

type Laid = Parameters<typeof laidOver>[0];

/** What would be without the device's own fields; `chosen` is the template for it alone. */
export function belowOwn(
  sources: readonly Source[],
  defaults: FormParameters,
  chosen: TemplateReply | undefined,
): { readonly parameters: FormParameters; readonly origins: Readonly<Record<string, string>> } {
  const wider = sources.filter(({ scope }) => scope.kind !== "device");
  const origins: Record<string, string> = {};
  let parameters = defaults as Laid;
  const lay = (fields: FormParameters, words: string) => {
    parameters = laidOver(parameters, fields as Laid);
    for (const path of fieldsIn(fields as Laid).keys()) origins[path] = words;
  };
  for (const source of wider) lay(source.parameters, originWords(source));
  if (chosen) lay(chosen.parameters, `template ${chosen.name}`);
  return { parameters, origins };
}

/** The fields in which these settings are not as what lies below them, as texts of the form. */
export function ownFieldsOf(
  sections: readonly FormSection[],
  below: FormParameters,
  settings: FormParameters,
): OwnFields {
  const [under, over] = [valuesFrom(sections, below), valuesFrom(sections, settings)];
  return Object.fromEntries(Object.entries(over).filter(([key, text]) => text !== under[key]));
}

/** The fields that a layer names, as texts of the form, also where they are as below. */
export function ownFieldsIn(
  sections: readonly FormSection[],
  below: FormParameters,
  layer: FormParameters,
): OwnFields {
  const texts = valuesFrom(sections, laidOver(below as Laid, layer as Laid));
  const named = fieldsIn(layer as Laid);
  return Object.fromEntries(Object.entries(texts).filter(([key]) => named.has(key)));
}

/** What stands in the fields. */
export function valuesOf(
  sections: readonly FormSection[],
  below: FormParameters,
  own: OwnFields,
): FormValues {
  return { ...valuesFrom(sections, below), ...own };
}

/** Only these fields of the settings, for the layer of the device. */
export function onlyFields(settings: FormParameters, keys: readonly string[]): FormParameters {
  const picked: Record<string, Record<string, unknown> | unknown> = {};
  for (const key of keys) {
    const [block = "", field] = key.split(".");
    if (field === undefined) picked[block] = settings[block];
    else picked[block] = { ...objectAt(picked, block), [field]: objectAt(settings, block)[field] };
  }
  return picked;
}

function originWords({ scope, name, template }: Source): string {
  const place = scope.kind === "network" ? `network ${name}` : name;
  return template ? `${template.name}, laid down at ${place}` : place;
}

function objectAt(parameters: FormParameters, key: string): FormParameters {
  const found = parameters[key];
  return isObject(found) ? found : {};
}

function isObject(value: unknown): value is FormParameters {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
