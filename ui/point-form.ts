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
  readonly freshSeconds: string;
};
type PointChange = Body<"PATCH /points/:id">;

/** What is wrong, by field; `change` only where nothing is. */
type PointFormResult = {
  readonly errors: Partial<Record<keyof PointForm, string>>;
  readonly change: PointChange | null;
};

export function formOf(variable: VariableReply): PointForm {
  const { range, normal, decimals, freshnessMs } = variable;
  return {
    name: variable.name,
    unit: variable.unit ?? "",
    low: text(range?.[0]),
    high: text(range?.[1]),
    normalLow: text(normal?.[0]),
    normalHigh: text(normal?.[1]),
    decimals: text(decimals),
    freshSeconds: freshnessMs === undefined ? "" : text(freshnessMs / 1000),
  };
}

/** A field left empty takes away what the point had there. */
export function changeOf(form: PointForm): PointFormResult {
  const errors: Partial<Record<keyof PointForm, string>> = {};
  if (form.name.trim() === "") errors.name = "It needs a name.";
  const numbers = {
    range: pairOf(form, "low", "high", errors),
    normal: pairOf(form, "normalLow", "normalHigh", errors),
    decimals: numberOf(form, "decimals", errors),
    seconds: numberOf(form, "freshSeconds", errors),
  };
  const { range, normal, decimals, seconds } = numbers;
  if (decimals !== undefined && !(Number.isInteger(decimals) && decimals >= 0 && decimals <= 9))
    errors.decimals = "A whole number from 0 to 9.";
  if (seconds !== undefined && seconds < 1) errors.freshSeconds = "At least 1 second.";
  if (Object.keys(errors).length > 0) return { errors, change: null };
  const change: PointChange = {
    name: form.name.trim(),
    unit: form.unit.trim() || null,
    range: range ?? null,
    normal: normal ?? null,
    decimals: decimals ?? null,
    freshnessMs: seconds === undefined ? null : Math.round(seconds * 1000),
  };
  return { errors, change };
}

type Errors = Partial<Record<keyof PointForm, string>>;

function pairOf(
  form: PointForm,
  low: keyof PointForm,
  high: keyof PointForm,
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

function numberOf(form: PointForm, field: keyof PointForm, errors: Errors): number | undefined {
  const typed = form[field].trim().replace(",", ".").replace("−", "-");
  if (typed === "") return undefined;
  const number = Number(typed);
  if (Number.isFinite(number)) return number;
  errors[field] = "A number, such as 12.5.";
  return undefined;
}

function text(number: number | undefined): string {
  return number === undefined ? "" : String(number);
}
