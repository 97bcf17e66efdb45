import { PROBLEMS, type Problem, type ProblemCode } from "../../domain/problem.ts";

type Fault = { readonly code: string; readonly logref: string; readonly message: string };
type FaultReply = { readonly status: number; readonly body: { readonly errors: readonly Fault[] } };

/**
 * A problem in Siemens' form: `{errors: [{code, logref, message}]}`, one entry for each place that
 * is wrong. The code is ours behind the service's name, for example
 * `mdsp.core.assetmanagement.assetUnknown`.
 */
export function faultReply(
  { code, detail, places }: Problem,
  path: string,
  logref: string,
): FaultReply {
  const name = `mdsp.core.${serviceOf(path)}.${camelled(code)}`;
  const messages = places
    ? places.map((place) => `${place.path}: ${place.detail}`)
    : [detail || PROBLEMS[code].meaning];
  const errors = messages.map((message) => ({ code: name, logref, message }));
  return { status: statusOf(code), body: { errors } };
}

/** There, a body that breaks a rule is a bad request like one that cannot be read. */
function statusOf(code: ProblemCode): number {
  const { status } = PROBLEMS[code];
  return status === 422 ? 400 : status;
}

function serviceOf(path: string): string {
  return /^\/api\/(\w+)\//.exec(path)?.[1] ?? "iam";
}

function camelled(code: string): string {
  return code.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
