/** A form drawn from a command's JSON Schema: what to ask for, and what the answers mean. */

type FormChoice = {
  readonly value: string;
  readonly label: string;
  readonly means: unknown;
};

export type FormField = {
  /** Its place, `temperature.cov`: unique in its form. */
  readonly key: string;
  readonly path: readonly string[];
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  readonly kind: "integer" | "number" | "text" | "choice" | "json";
  readonly choices: readonly FormChoice[];
  readonly range: readonly [low: number, high: number];
  readonly pattern: string | undefined;
  readonly isRequired: boolean;
  /** What stands there at first; empty where the schema names no default. */
  readonly initial: string;
};

export type FormSection = {
  readonly key: string;
  readonly title: string;
  readonly fields: readonly FormField[];
};

/** What stands in the fields, as typed. */
export type FormValues = Readonly<Record<string, string>>;
export type FormParameters = { readonly [key: string]: unknown };
export type FormErrors = Readonly<Record<string, string>>;
type FormResult = {
  /** All that is wrong, by field. */
  readonly errors: FormErrors;
  /** What could be read; to be sent only where nothing is wrong. */
  readonly parameters: FormParameters;
  readonly isValid: boolean;
};

type Schema = Readonly<Record<string, unknown>>;

/** Objects become sections; what stands beside them comes first, in a section without a title. */
export function sectionsOf(schema: Schema): readonly FormSection[] {
  const properties = Object.entries(objectIn(schema, "properties"));
  const required = listIn(schema, "required");
  const isGroup = (property: unknown) => objectIn(asObject(property), "properties") !== NOTHING;
  const own = properties
    .filter(([, property]) => !isGroup(property))
    .map(([key, property]) => fieldOf([key], asObject(property), required.includes(key)));
  const groups = properties
    .filter(([, property]) => isGroup(property))
    .map(([key, property]) => groupOf(key, asObject(property)));
  return [...(own.length > 0 ? [{ key: "", title: "", fields: own }] : []), ...groups];
}

export function initialValues(sections: readonly FormSection[]): FormValues {
  return Object.fromEntries(fieldsOf(sections).map(({ key, initial }) => [key, initial]));
}

/** Parameters that were sent before, back in the form; what they lack keeps its default. */
export function valuesFrom(
  sections: readonly FormSection[],
  parameters: FormParameters,
): FormValues {
  return Object.fromEntries(
    fieldsOf(sections).map((field) => {
      const found = valueAt(parameters, field.path);
      return [field.key, found === undefined ? field.initial : textOf(field, found)];
    }),
  );
}

export function readForm(sections: readonly FormSection[], values: FormValues): FormResult {
  const errors: Record<string, string> = {};
  const parameters: Record<string, unknown> = {};
  for (const field of fieldsOf(sections)) {
    const read = readField(field, values[field.key] ?? "");
    if ("error" in read) errors[field.key] = read.error;
    else if (read.value !== undefined) put(parameters, field.path, read.value);
  }
  return { errors, parameters, isValid: Object.keys(errors).length === 0 };
}

/** One setting that would be another one than before. */
export type FormChange = {
  readonly key: string;
  readonly title: string;
  readonly before: string;
  readonly after: string;
};

export function changesBetween(
  sections: readonly FormSection[],
  before: FormParameters,
  after: FormParameters,
): readonly FormChange[] {
  return sections.flatMap((section) =>
    section.fields.flatMap((field): FormChange[] => {
      const [from, to] = [valueAt(before, field.path), valueAt(after, field.path)];
      if (JSON.stringify(from) === JSON.stringify(to)) return [];
      const title = section.title ? `${section.title}, ${lowered(field.title)}` : field.title;
      const { key } = field;
      return [{ key, title, before: wordsFor(field, from), after: wordsFor(field, to) }];
    }),
  );
}

/** Only the fields that settings name, as the form names them. */
export function fieldWords(sections: readonly FormSection[], parameters: FormParameters): string {
  const changes = changesBetween(sections, {}, parameters);
  return changes.map(({ title, after }) => `${title} ${after}`).join("; ");
}

/** A value as a person reads it: `FIR (far infrared)`, `900 s`. */
export function wordsFor(field: FormField, value: unknown): string {
  if (value === undefined) return "not set";
  const choice = field.choices.find(({ means }) => means === value);
  if (choice) return choice.label;
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return field.unit ? `${text} ${field.unit}` : text;
}

type Read = { readonly value: unknown } | { readonly error: string };

/** What a text in a field means, or what is wrong with it. */
export function readField(field: FormField, typed: string): Read {
  const text = typed.trim();
  if (text === "") return field.isRequired ? { error: "Needed." } : { value: undefined };
  switch (field.kind) {
    case "integer":
    case "number":
      return readNumber(field, text);
    case "choice": {
      const choice = field.choices.find(({ value }) => value === text);
      return choice ? { value: choice.means } : { error: "Choose one." };
    }
    case "json":
      return readJson(text);
    case "text":
      return field.pattern !== undefined && !new RegExp(field.pattern).test(text)
        ? { error: `Not of the form ${field.pattern}.` }
        : { value: text };
  }
}

function readNumber({ kind, range: [low, high], unit }: FormField, text: string): Read {
  const number = Number(text.replace(",", ".").replace("−", "-"));
  if (!Number.isFinite(number)) return { error: "A number, such as 12.5." };
  if (kind === "integer" && !Number.isInteger(number)) return { error: "A whole number." };
  const ends = unit ? ` ${unit}` : "";
  if (number < low && high === Number.POSITIVE_INFINITY)
    return { error: `At least ${low}${ends}.` };
  if (number > high && low === Number.NEGATIVE_INFINITY)
    return { error: `At most ${high}${ends}.` };
  if (number < low || number > high) return { error: `From ${low} to ${high}${ends}.` };
  return { value: number };
}

function readJson(text: string): Read {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // A person is typing: what JSON.parse says of it helps nobody.
    return { error: 'Not valid JSON, such as ["0x0000FF"].' };
  }
}

function groupOf(key: string, schema: Schema): FormSection {
  const required = listIn(schema, "required");
  const fields = Object.entries(objectIn(schema, "properties")).map(([name, property]) =>
    fieldOf([key, name], asObject(property), required.includes(name)),
  );
  return { key, title: stringIn(schema, "title") ?? key, fields };
}

function fieldOf(path: readonly string[], schema: Schema, isRequired: boolean): FormField {
  const choices = choicesOf(schema);
  const kind = choices.length > 0 ? "choice" : kindOf(schema);
  const bare = {
    key: path.join("."),
    path,
    title: stringIn(schema, "title") ?? path.at(-1) ?? "",
    description: stringIn(schema, "description") ?? "",
    unit: stringIn(schema, "unit") ?? "",
    kind,
    choices,
    range: [
      numberIn(schema, "minimum") ?? Number.NEGATIVE_INFINITY,
      numberIn(schema, "maximum") ?? Number.POSITIVE_INFINITY,
    ],
    pattern: stringIn(schema, "pattern"),
    isRequired,
    initial: "",
  } as const;
  const fallback = schema["default"];
  return fallback === undefined ? bare : { ...bare, initial: textOf(bare, fallback) };
}

function choicesOf(schema: Schema): readonly FormChoice[] {
  const named = listIn(schema, "oneOf").flatMap((option) => {
    const { const: means, title } = asObject(option);
    return means === undefined ? [] : [choice(means, title)];
  });
  if (named.length > 0) return named;
  if (schema["type"] === "boolean") return [choice(true, "Yes"), choice(false, "No")];
  return listIn(schema, "enum").map((means) => choice(means, undefined));
}

function choice(means: unknown, title: unknown): FormChoice {
  return { value: String(means), label: typeof title === "string" ? title : String(means), means };
}

function kindOf({ type }: Schema): FormField["kind"] {
  if (type === "integer" || type === "number") return type;
  return type === "string" ? "text" : "json";
}

function textOf({ kind, choices }: FormField, value: unknown): string {
  if (kind === "choice") return choices.find(({ means }) => means === value)?.value ?? "";
  return typeof value === "string" || typeof value === "number"
    ? String(value)
    : JSON.stringify(value);
}

function fieldsOf(sections: readonly FormSection[]): readonly FormField[] {
  return sections.flatMap(({ fields }) => fields);
}

function valueAt(parameters: FormParameters, path: readonly string[]): unknown {
  return path.reduce<unknown>((found, key) => asObject(found)[key], parameters);
}

function put(parameters: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first = "", ...rest] = path;
  if (rest.length === 0) parameters[first] = value;
  else {
    const inner = { ...asObject(parameters[first]) };
    put(inner, rest, value);
    parameters[first] = inner;
  }
}

const NOTHING: Schema = {};

function asObject(value: unknown): Schema {
  return typeof value === "object" && value !== null ? (value as Schema) : NOTHING;
}

function objectIn(schema: Schema, key: string): Schema {
  return asObject(schema[key]);
}

function listIn(schema: Schema, key: string): readonly unknown[] {
  const list = schema[key];
  return Array.isArray(list) ? list : [];
}

function stringIn(schema: Schema, key: string): string | undefined {
  const text = schema[key];
  return typeof text === "string" ? text : undefined;
}

function numberIn(schema: Schema, key: string): number | undefined {
  const number = schema[key];
  return typeof number === "number" ? number : undefined;
}

function lowered(title: string): string {
  return /^[A-Z][a-z ]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title;
}
