import { type Problem, problem } from "../../domain/problem.ts";
import { parseIsoTime } from "../../lib/iso-time.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";

const WITHOUT_TIME = /^\d{4}-\d\d-\d\d$/;
const WITHOUT_ZONE = /^\d{4}-\d\d-\d\dT[\d:.]+$/;

/**
 * A time as Siemens' clients write it: ISO 8601, in UTC where there is no offset, or what
 * JavaScript makes of a date that is sent without a thought.
 */
export function timeFrom(text: string, name: string): Outcome<number, Problem> {
  // A plus that was not escaped arrives as a space.
  const whole = text.trim().replace(/ (\d\d:?\d\d)$/, "+$1");
  const dated = WITHOUT_TIME.test(whole) ? `${whole}T00:00:00Z` : whole;
  const at = parseIsoTime(WITHOUT_ZONE.test(dated) ? `${dated}Z` : dated) ?? Date.parse(whole);
  if (Number.isFinite(at)) return success(at);
  return failure(problem("request_invalid", `${name}: expected a time like 2022-12-01T20:05:10Z`));
}
