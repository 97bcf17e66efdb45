import { type Problem, problem } from "../domain/problem.ts";
import { unitsLike } from "../domain/unit.ts";
import type { Import, Reading, Report, Tally, WalkWish } from "../import/import.ts";
import { isTimeZone } from "../lib/calendar.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { SamplesImportReply } from "./contract.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { importLines } from "./import-lines.ts";
import { keepingOf } from "./keeping.ts";
import { pointDirectory } from "./point-directory.ts";
import { iso } from "./time.ts";

export const importHandlers = {
  "GET /imports": async (house) => success({ items: await importLines(house) }),
  "POST /imports": begin,
  "PUT /imports/:id/content": async ({ imports }, { params, query, body }) =>
    body instanceof Uint8Array ? shown(await imports.add(params.id, query.at, body)) : NO_BYTES,
  "GET /imports/:id": async ({ imports }, { params }) => shown(imports.get(params.id)),
  "POST /imports/:id/check": (house, call) => walk(house, call, "check"),
  "POST /imports/:id/store": (house, call) => walk(house, call, call.body.skip ? "skip" : "store"),
  "POST /imports/:id/stop": async ({ imports }, { params }) => shown(await imports.stop(params.id)),
  "DELETE /imports/:id": ({ imports }, { params }) => imports.remove(params.id),
} satisfies Handlers;

const NO_BYTES = failure(problem("request_invalid", "send the bytes as application/octet-stream"));

async function begin({ imports }: House, { body }: Call<"POST /imports">): Answer<"POST /imports"> {
  const fault = zoneFault(body.zone);
  return fault ? failure(fault) : shown(await imports.begin(body));
}

type WalkRoute = "POST /imports/:id/check" | "POST /imports/:id/store";

async function walk(
  house: House,
  { params, body, by }: Pick<Call<WalkRoute>, "params" | "body" | "by">,
  mode: WalkWish["mode"],
): Promise<Outcome<SamplesImportReply, Problem>> {
  const { reading, near } = body;
  const fault = zoneFault(reading.zone) ?? house.refusal?.();
  if (fault) return failure(fault);
  const wish = { mode, reading: reading as Reading, actor: by.actor };
  const directory = pointDirectory(await house.model.view(), near);
  return shown(house.imports.walk(params.id, wish, { ...keepingOf(house), directory }));
}

function zoneFault(zone: string): Problem | undefined {
  return isTimeZone(zone) ? undefined : problem("request_invalid", `zone: no time zone '${zone}'`);
}

function shown(found: Outcome<Import, Problem>): Outcome<SamplesImportReply, Problem> {
  if (!found.ok) return found;
  const { report, look, by, ...rest } = found.value;
  return success({
    ...rest,
    by: by?.name ?? null,
    // As the schema has it: arrays that may be written to.
    look: look as SamplesImportReply["look"],
    report: report && reportReply(report),
  });
}

type ReportReply = NonNullable<SamplesImportReply["report"]>;
type Counts = Pick<Tally, "samples" | "fresh" | "same" | "corrected" | "unknown" | "from" | "to">;

function reportReply(report: Report): ReportReply {
  const { rows, empty, refused, tooOld, faults, series } = report;
  const fed = series.filter(({ target }) => target);
  const sum = (key: Exclude<keyof Counts, "from" | "to">) =>
    fed.reduce((total, one) => total + one[key], 0);
  const all = {
    ...{ samples: sum("samples"), fresh: sum("fresh"), same: sum("same") },
    ...{ corrected: sum("corrected"), unknown: sum("unknown") },
    from: Math.min(...fed.map(({ from }) => from)),
    to: Math.max(...fed.map(({ to }) => to)),
  };
  return {
    ...countsReply(all),
    ...{ rows, empty, refused, tooOld, faults: [...faults], series: series.map(seriesReply) },
  };
}

function seriesReply(tally: Tally): ReportReply["series"][number] {
  const { name, target, isLeftOut, unit, refused } = tally;
  const pointUnit = target?.variable.unit ?? null;
  return {
    ...countsReply(tally),
    ...{ name, isLeftOut, unit, refused, pointUnit },
    pointId: target?.id ?? null,
    label: target?.label ?? null,
    units: pointUnit === null ? [] : [...unitsLike(pointUnit)],
  };
}

function countsReply({ samples, fresh, same, corrected, unknown, from, to }: Counts) {
  return {
    ...{ samples, new: fresh, same, corrected, uncompared: unknown },
    from: from <= to ? iso(from) : null,
    to: from <= to ? iso(to) : null,
  };
}
