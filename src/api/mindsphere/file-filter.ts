import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { parseIsoTime } from "../../lib/iso-time.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";

type FileRow = { readonly name: string; readonly path: string; readonly timestamp: string };
type Test = (row: FileRow) => boolean;

const OPERATORS = ["eq", "gte", "gt", "lte", "lt", "=", ">=", ">", "<=", "<"] as const;
const CLAUSE = /^(name|path|timestamp)(?:\s+(eq|gte?|lte?)\s+|\s*(=|>=?|<=?)\s*)(\S.*)$/;

/**
 * IoT File's own language, which Siemens' command line speaks: `name eq a.txt and path eq logs/`,
 * with `*` for anything. What is not understood is refused, where Siemens passes over it: a list
 * of too many could have somebody remove too much.
 */
export function fileTestOf(filter: string): Outcome<Test, Problem> {
  if (filter.length > LIMIT.filterChars) return wrong(`longer than ${LIMIT.filterChars}`);
  const tests: Test[] = [];
  for (const clause of filter.trim().split(/\s+and\s+/)) {
    const test = testOf(clause);
    if (!test) return wrong(`'${clause}' is not: name, path or timestamp, an operator, a value`);
    tests.push(test);
  }
  return success((row) => tests.every((test) => test(row)));
}

function testOf(clause: string): Test | undefined {
  const [, field = "", word, sign, value = ""] = CLAUSE.exec(clause) ?? [];
  const operator = OPERATORS.find((one) => one === (word ?? sign));
  if (!operator) return undefined;
  if (field === "timestamp") return timeTestOf(operator, value);
  const isEqual = operator === "eq" || operator === "=";
  if (field === "name") return isEqual ? (row) => isLike(row.name, value) : undefined;
  return isEqual ? (row) => isLike(bare(row.path), bare(value)) : undefined;
}

function timeTestOf(operator: (typeof OPERATORS)[number], text: string): Test | undefined {
  const time = parseIsoTime(text.trim());
  if (time === undefined) return undefined;
  return ({ timestamp }) => holds(operator, Date.parse(timestamp) - time);
}

function holds(operator: (typeof OPERATORS)[number], difference: number): boolean {
  switch (operator) {
    case "eq":
    case "=":
      return difference === 0;
    case "gte":
    case ">=":
      return difference >= 0;
    case "gt":
    case ">":
      return difference > 0;
    case "lte":
    case "<=":
      return difference <= 0;
    case "lt":
    case "<":
      return difference < 0;
  }
}

/** A folder is the same with and without the slashes around it. */
function bare(path: string): string {
  return path.replace(/^\/+|\/+$/g, "");
}

/** Part by part from the left: what stands between stars comes in their order. */
function isLike(text: string, pattern: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first) || !text.slice(first.length).endsWith(last)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}

function wrong(detail: string): Outcome<never, Problem> {
  return failure(problem("request_invalid", `filter: ${detail}`));
}
