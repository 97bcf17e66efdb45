import type { Variable } from "../../domain/catalogue.ts";
import { coerce, isWithin, roundedFrom } from "../../domain/coerce.ts";
import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { Quality, Value } from "../../domain/reading.ts";
import { textSampleFault } from "../../domain/static-value.ts";
import { qualityOfWord, statusWordBeside } from "../../domain/status-word.ts";
import { latestOf, timeFault } from "../../domain/time.ts";
import { type ExactJson, type ExactJsonObject, isJsonObject } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { timeFrom } from "./time-text.ts";

type Said = {
  readonly value: Value | null;
  readonly quality: Quality;
  /** Its status word, plain or not. */
  readonly word: number;
};
/** By time, then by variable. Of two records of one time the later counts, as a whole. */
export type Records = ReadonlyMap<number, ReadonlyMap<string, Said>>;

/** Reads `[{_time, <variable>, <variable>_qc}]`: all of it or, with the first mistake, nothing. */
export function recordsOf(
  json: ExactJson,
  variables: readonly Variable[],
  now: number,
): Outcome<Records, Problem> {
  if (!Array.isArray(json)) return invalid("expected an array of records");
  if (json.length > LIMIT.samplesPerPush) {
    return failure(problem("query_too_large", `at most ${LIMIT.samplesPerPush} records`));
  }
  const byName = new Map(variables.map((variable) => [variable.name, variable]));
  const records = new Map<number, ReadonlyMap<string, Said>>();
  for (const [index, row] of json.entries()) {
    if (!isJsonObject(row)) return invalid(`${index}: expected a record`);
    const at = momentOf(row, `${index}/_time`, now);
    if (!at.ok) return at;
    const record = recordOf(row, byName, String(index));
    if (!record.ok) return record;
    records.set(at.value, record.value);
  }
  return success(records);
}

function momentOf(row: ExactJsonObject, place: string, now: number): Outcome<number, Problem> {
  const time = row["_time"];
  if (typeof time !== "string") return invalid(`${place}: expected a time`);
  const at = timeFrom(time, place);
  const fault = at.ok ? timeFault(at.value, latestOf(now), place) : undefined;
  return fault ? failure(fault) : at;
}

function recordOf(
  row: ExactJsonObject,
  variables: ReadonlyMap<string, Variable>,
  place: string,
): Outcome<ReadonlyMap<string, Said>, Problem> {
  const record = new Map<string, Said>();
  for (const [name, given] of Object.entries(row)) {
    const variable = variables.get(name);
    if (variable) {
      const said = saidOf(variable, given, row[`${name}_qc`]);
      if (!said.ok) return invalid(`${place}/${name}: ${said.problem}`);
      record.set(name, said.value);
    } else if (name !== "_time" && !variables.has(name.replace(/_qc$/, ""))) {
      return invalid(`${place}/${name}: the aspect has no such variable`);
    }
  }
  return success(record);
}

function saidOf(
  variable: Variable,
  given: ExactJson,
  word: ExactJson | undefined,
): Outcome<Said, string> {
  if (typeof given === "object" && given !== null) return failure("expected a value");
  const value = coerce(given, variable.dataType);
  if (!value.ok) return value;
  if (roundedFrom(given, value.value) !== undefined) {
    return failure(`a number of 64 bits cannot hold ${given}, a LONG can`);
  }
  if (!isWithin(value.value, variable)) return failure(`${value.value} needs more than 32 bits`);
  const fault = textSampleFault(variable, value.value);
  if (fault !== undefined) return failure(fault);
  const status = statusWordBeside(value.value, word);
  if (status === undefined) return failure("expected a status word for its quality");
  return success({ value: value.value, quality: qualityOfWord(status), word: status });
}

function invalid(detail: string): Outcome<never, Problem> {
  return failure(problem("request_invalid", detail));
}
