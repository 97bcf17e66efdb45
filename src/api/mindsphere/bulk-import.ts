import { randomUUID } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { type Static, Type } from "typebox";
import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import { iso } from "../time.ts";
import { readBody } from "./body.ts";
import { fileAt } from "./iot-files.ts";
import type { Answer, Ask, Routes } from "./route.ts";
import { storeRecords } from "./time-series.ts";

const JOBS = "/api/iottsbulk/v3/importJobs";

export const bulkImportRoutes: Routes = {
  [`POST ${JOBS}`]: {
    permission: "push-samples",
    summary: "Stores records from IoT files; done when it answers, each file by itself",
    handle: importFiles,
  },
  [`GET ${JOBS}/:id`]: {
    permission: "push-samples",
    summary: "What became of it",
    handle: async (house, ask) => tell(house, ask),
  },
};

const text = Type.String({ minLength: 1 });
/** Siemens' documents say `filePath`, their command line `filepath`. */
const FileSchema = Type.Object({
  filePath: Type.Optional(text),
  filepath: Type.Optional(text),
});
const PartSchema = Type.Object({
  entity: text,
  propertySetName: text,
  timeseriesFiles: Type.Array(FileSchema, { minItems: 1, maxItems: LIMIT.bulkFiles }),
});
const BodySchema = Type.Object({
  data: Type.Array(PartSchema, { minItems: 1, maxItems: LIMIT.bulkFiles }),
});

type Job = { readonly id: string; readonly status: "SUCCESS" | "ERROR"; readonly message: string };

/** The newest jobs of each house: what they stored is safe, their story goes with a restart. */
const jobs = new WeakMap<House, Map<string, Job>>();

/** Files that can be read are stored, also where others of the job cannot. */
async function importFiles(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const body = readBody(ask.body, BodySchema);
  if (!body.ok) return body;
  const startTime = iso(house.clock.now());
  const wrong: string[] = [];
  let files = 0;
  for (const part of body.value.data) {
    for (const file of part.timeseriesFiles) {
      const path = file.filePath ?? file.filepath ?? "";
      const stored = await importFile(house, part, path);
      files += 1;
      if (!stored.ok) wrong.push(`${path}: ${stored.problem.detail}`);
    }
  }
  const message = wrong.length > 0 ? wrong.join("; ") : `${files} files are stored`;
  const id = randomUUID();
  const status = wrong.length > 0 ? "ERROR" : "SUCCESS";
  const job = { id, jobId: id, status, message, startTime, lastModified: iso(house.clock.now()) };
  remember(house, job as Job);
  return success({ status: 201, body: job });
}

async function importFile(
  house: House,
  { entity, propertySetName }: Static<typeof PartSchema>,
  path: string,
): Promise<Outcome<void, Problem>> {
  const file = await fileAt(house, entity, path);
  if (!file.ok) return file;
  if (file.value.bytes > LIMIT.filePartBytes) {
    return failure(problem("payload_too_large", `more than ${LIMIT.filePartBytes} bytes`));
  }
  const bytes = await buffer(house.files.read(file.value));
  return storeRecords(house, { asset: entity, aspect: propertySetName }, bytes);
}

function remember(house: House, job: Job): void {
  const known = jobs.get(house) ?? new Map<string, Job>();
  jobs.set(house, known.set(job.id, job));
  const [oldest] = known.keys();
  if (known.size > LIMIT.eventJobs && oldest !== undefined) known.delete(oldest);
}

function tell(house: House, { params }: Ask): Outcome<Answer, Problem> {
  const job = jobs.get(house)?.get(params["id"] ?? "");
  if (!job) return failure(problem("route_unknown", `no job '${params["id"]}'`));
  return success({ status: 200, body: job });
}
