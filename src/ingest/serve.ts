import type { AgentId } from "../domain/brand.ts";
import type { Finding } from "../domain/findings.ts";
import type { Device } from "../domain/model.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { KeptModel } from "../domain/records.ts";
import type { ToldEvent, ToldFile } from "../domain/told.ts";
import type { JsonObject } from "../lib/json.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";

/** What devices want of other rooms. Each settles when what it keeps will survive a power cut. */
export type Services = {
  readonly keepEvents: (
    device: Device,
    events: readonly ToldEvent[],
  ) => Promise<Outcome<void, Problem>>;
  readonly keepFile: (device: Device, file: ToldFile) => Promise<Outcome<void, Problem>>;
  readonly followCommand: (
    device: Device,
    progress: Of<"progress">,
  ) => Promise<Outcome<void, Problem>>;
  /** A token for the API, in the API's own words. */
  readonly giveToken: (agent: AgentId) => Promise<Outcome<JsonObject, Problem>>;
  /** Where the model can be read. */
  readonly giveModel: (model: KeptModel) => Promise<Outcome<JsonObject, Problem>>;
};

type Of<Kind extends Finding["kind"]> = Extract<Finding, { kind: Kind }>;
export type ForOthers = Of<"events" | "file" | "progress" | "token-wanted">;

/** Hands on what is not ingest's own. A service that the house does not have is refused. */
export async function serve(
  services: Partial<Services>,
  { device, agent }: { readonly device: Device; readonly agent: AgentId },
  finding: ForOthers,
): Promise<Outcome<JsonObject, Problem>> {
  const { keepEvents, keepFile, followCommand, giveToken } = services;
  switch (finding.kind) {
    case "events":
      return keepEvents ? silent(await keepEvents(device, finding.events)) : missing("events");
    case "file":
      return keepFile ? silent(await keepFile(device, finding.file)) : missing("files");
    case "progress":
      return followCommand ? silent(await followCommand(device, finding)) : missing("commands");
    case "token-wanted":
      return giveToken ? giveToken(agent) : missing("tokens");
  }
}

function silent(outcome: Outcome<void, Problem>): Outcome<JsonObject, Problem> {
  return outcome.ok ? success({}) : outcome;
}

function missing(what: string): Outcome<never, Problem> {
  return failure(problem("topic_unknown", `there are no ${what} here`));
}
