import { THE_HOUSE } from "../../domain/event.ts";
import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { Outcome } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import { wantsNew } from "./etag.ts";
import type { Answer, Ask } from "./route.ts";

/** Where the house remembers that nobody may change types. */
export const LOCK = "asset-model-lock";

/**
 * One change of a type: looked at and kept in one transaction, so that of two who know the same
 * version only one gets through; recorded, and told to those who look at the model.
 */
export async function settle(
  house: House,
  ask: Ask,
  subject: string,
  work: () => Promise<Outcome<Answer, Problem>>,
): Promise<Outcome<Answer, Problem>> {
  const { store, journal } = house;
  const outcome = await store.together(async () => {
    const lock = await store.settings.get(LOCK);
    if (lock?.value["enabled"] === true) return locked();
    const done = await work();
    if (done.ok) {
      const actor = ask.by?.actor ?? THE_HOUSE;
      await journal.record({ actor, kind: kindOf(done.value), subject, detail: {} });
    }
    return done;
  });
  if (outcome.ok) house.changed(subject);
  return outcome;
}

/** Why a type cannot be made under this id, or be changed by what says that it is new. */
export function refusalOfNew(
  { headers }: Ask,
  types: ReadonlyMap<string, unknown>,
  id: string,
): Problem | undefined {
  const isThere = types.has(id);
  const names = headers["if-match"] !== undefined;
  if (isThere && wantsNew(headers)) return problem("version_changed", `'${id}' is there already`);
  if (isThere && !names) return problem("type_exists", `'${id}': to change it, send If-Match`);
  if (!isThere && names) return problem("type_unknown", `no type '${id}'`);
  if (isThere || types.size < LIMIT.types) return undefined;
  return problem("type_limit", `there are ${LIMIT.types} types already`);
}

function kindOf({ status }: Answer): string {
  if (status === 201) return "type.created";
  return status === 204 ? "type.removed" : "type.changed";
}

function locked(): Outcome<Answer, Problem> {
  return { ok: false, problem: problem("model_locked", "its types are as they should be") };
}
