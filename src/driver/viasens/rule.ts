import type { Findings } from "../../domain/findings.ts";
import { type Problem, type ProblemCode, problem } from "../../domain/problem.ts";
import type { Json } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";

/** One number of a payload: what may stand there, and how a form asks for it. */
export type Rule = {
  readonly key: string;
  readonly title: string;
  readonly description?: string;
  readonly unit?: string;
  /** A `float` on the wire; whole otherwise. */
  readonly fraction?: boolean;
  /** What the wire type can mean: outside, the message is refused. Nothing is ever clamped. */
  readonly range: readonly [low: number, high: number];
  /** Outside, the number is taken but doubted. */
  readonly likely?: readonly [low: number, high: number];
  /** The only numbers that mean something, and what. */
  readonly choices?: readonly Choice[];
  /** What a form starts with: the specification's example. */
  readonly initial?: number;
};

export type Choice = readonly [value: number, title: string];

/** What is being read: where in the message, and who hears of oddities. */
export type Reader = {
  /** JSON pointer of the object around the fields. */
  readonly pointer: string;
  readonly findings: Findings;
};

export const ANY_FLOAT = [-Number.MAX_VALUE, Number.MAX_VALUE] as const;

/** Reads what stands where a rule holds; every row of the tolerance table for numbers. */
export function readNumber(
  rule: Rule,
  found: Json | undefined,
  reader: Reader,
): Outcome<number, Problem> {
  if (found === undefined) return refuse("E_FIELD_MISSING", reader, `${rule.key}: required`);
  const given = typeof found === "string" ? numberIn(rule, found, reader) : found;
  if (typeof given !== "number" || !Number.isFinite(given)) {
    const expected = rule.fraction ? "a finite number" : "a whole number";
    return refuse("E_FIELD_TYPE", reader, `${rule.key}: ${show(found)}, expected ${expected}`);
  }
  if (rule.choices) return readChoice(rule, rule.choices, given, reader);

  const number = rule.fraction || Number.isInteger(given) ? given + 0 : round(rule, given, reader);
  const [low, high] = rule.range;
  if (number < low || number > high) {
    const detail = `${rule.key}: ${number} is outside ${low}..${high}`;
    return refuse("E_FIELD_RANGE", reader, detail);
  }
  if (!isLikely(rule, number)) {
    warn("W_IMPLAUSIBLE", reader, `${rule.key}: ${number} is outside ${rule.likely?.join("..")}`);
  }
  return success(number);
}

export function isLikely({ likely }: Rule, number: number): boolean {
  return !likely || (number >= likely[0] && number <= likely[1]);
}

const PROBLEM_OF = {
  E_TOPIC: "topic_unknown",
  E_TYPE_MISSING: "payload_malformed",
  E_TYPE_DIRECTION: "payload_malformed",
  E_PAYLOAD_MISSING: "payload_malformed",
  E_FIELD_MISSING: "payload_malformed",
  E_FIELD_TYPE: "payload_malformed",
  E_COLOR: "payload_malformed",
  E_FIELD_RANGE: "payload_out_of_range",
  E_ENUM: "payload_out_of_range",
} as const satisfies Record<string, ProblemCode>;

type Fault = keyof typeof PROBLEM_OF;

/** `<CODE> <JSON pointer>: <found>, expected <what>`; `at` begins behind the reader's pointer. */
export function refuse(code: Fault, { pointer }: Reader, at: string): Outcome<never, Problem> {
  return failure(problem(PROBLEM_OF[code], `${code} ${pointer}/${at}`));
}

export function warn(code: string, { pointer, findings }: Reader, at: string): void {
  findings.warning(code, `${pointer}/${at}`);
}

/** A later firmware may send more than the specification names: it is noted and not read. */
export function warnOfUnknown(
  object: { readonly [key: string]: Json },
  isKnown: (key: string) => boolean,
  reader: Reader,
): void {
  for (const key in object) {
    if (isKnown(key)) continue;
    const token = key.slice(0, 64).replaceAll("~", "~0").replaceAll("/", "~1");
    warn("W_FIELD_UNKNOWN", reader, `${token}: not read`);
  }
}

export function show(found: Json): string {
  const text = JSON.stringify(found);
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}

function readChoice(
  rule: Rule,
  choices: readonly Choice[],
  given: number,
  reader: Reader,
): Outcome<number, Problem> {
  if (choices.some(([value]) => value === given)) return success(given + 0);
  const values = choices.map(([value]) => value).join(", ");
  return refuse("E_ENUM", reader, `${rule.key}: ${given} is not one of ${values}`);
}

function numberIn(rule: Rule, text: string, reader: Reader): number | undefined {
  if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text.trim())) return undefined;
  warn("W_NUMERIC_STRING", reader, `${rule.key}: ${show(text)} is a text, expected a number`);
  return Number(text);
}

/** Half away from zero. */
function round(rule: Rule, given: number, reader: Reader): number {
  const number = Math.sign(given) * Math.round(Math.abs(given)) + 0;
  warn("W_ROUNDED", reader, `${rule.key}: ${given} was read as ${number}`);
  return number;
}
