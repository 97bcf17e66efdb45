import type { Body, VariableReply } from "../src/api/contract.ts";

/** What stands in the fields of the dialog that edits a point: text, as typed. */
export type PointForm = {
  readonly name: string;
  readonly unit: string;
  readonly low: string;
  readonly high: string;
  readonly normalLow: string;
  readonly normalHigh: string;
  readonly decimals: string;
  readonly counter: boolean;
  readonly rollover: string;
  readonly freshSeconds: string;
};
/** Those that are typed. */
export type PointField = Exclude<keyof PointForm, "counter">;
type PointChange = Body<"PATCH /points/:id">;

/** What is wrong, by field; `change` only where nothing is. */
type PointFormResult = {
  readonly errors: Errors;
  readonly change: PointChange | null;
};

export function formOf(variable: VariableReply): PointForm {
  const { range, normal, decimals, counter = false, rollover, freshnessMs } = variable;
  return {
    name: variable.name,
    unit: variable.unit ?? "",
    low: text(range?.[0]),
    high: text(range?.[1]),
    normalLow: text(normal?.[0]),
    normalHigh: text(normal?.[1]),
    decimals: text(decimals),
    counter,
    rollover: text(rollover),
    freshSeconds: freshnessMs === undefined ? "" : text(freshnessMs / 1000),
  };
}

/** A field left empty takes away what the point had there. */
export function changeOf(form: PointForm): PointFormResult {
  const errors: Errors = {};
  if (form.name.trim() === "") errors.name = "It needs a name.";
  const range = pairOf(form, "low", "high", errors);
  const normal = pairOf(form, "normalLow", "normalHigh", errors);
  const decimals = numberOf(form, "decimals", errors);
  const rollover = form.counter ? numberOf(form, "rollover", errors) : undefined;
  const seconds = numberOf(form, "freshSeconds", errors);
  if (Object.keys(errors).length > 0) return { errors, change: null };
  const change: PointChange = {
    name: form.name.trim(),
    unit: form.unit.trim() || null,
    range: range ?? null,
    normal: normal ?? null,
    decimals: decimals ?? null,
    counter: form.counter || null,
    rollover: rollover ?? null,
    freshnessMs: seconds === undefined ? null : Math.round(seconds * 1000),
  };
  return { errors, change };
}

type Errors = Partial<Record<PointField, string>>;

type Rule = { readonly isRight: (number: number) => boolean; readonly words: string };

const RULES: Partial<Record<PointField, Rule>> = {
  decimals: {
    isRight: (number) => Number.isInteger(number) && number >= 0 && number <= 9,
    words: "A whole number from 0 to 9.",
  },
  rollover: { isRight: (number) => number > 0, words: "Above 0." },
  freshSeconds: { isRight: (number) => number >= 1, words: "At least 1 second." },
};

function pairOf(
  form: PointForm,
  low: PointField,
  high: PointField,
  errors: Errors,
): [number, number] | undefined {
  const from = numberOf(form, low, errors);
  const to = numberOf(form, high, errors);
  if (from === undefined && to === undefined) return undefined;
  if (from === undefined || to === undefined) {
    const missing = from === undefined ? low : high;
    errors[missing] ??= "Both ends, or none.";
    return undefined;
  }
  if (from >= to) errors[high] = "Must be above the other end.";
  return [from, to];
}

function numberOf(form: PointForm, field: PointField, errors: Errors): number | undefined {
  const typed = form[field].trim().replace(",", ".").replace("−", "-");
  if (typed === "") return undefined;
  const number = Number(typed);
  const rule = RULES[field];
  if (!Number.isFinite(number)) errors[field] = "A number, such as 12.5.";
  else if (rule && !rule.isRight(number)) errors[field] = rule.words;
  return number;
}

function text(number: number | undefined): string {
  return number === undefined ? "" : String(number);
}
