import type { BrokerParts } from "../broker/broker.ts";
import { THE_HOUSE } from "../domain/event.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Closer } from "../lib/closer.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { openReception, type Reception } from "../relay/relay.ts";
import type { Config } from "./config.ts";
import { gapWriter } from "./elsewhere.ts";
import type { Ground } from "./ground.ts";
import type { Rooms } from "./rooms.ts";
import { rejectionOf } from "./wire.ts";

/** `--role web`: workers take in, and this process stores. Null where it does both. */
export async function openWorkers(
  ground: Ground,
  { agents, ingest }: Rooms,
  config: Config,
  closer: Closer,
): Promise<Outcome<Reception | null, Problem>> {
  if (config.role !== "web") return success(null);
  const { broker, workers } = config;
  if (!broker || config["worker-secret"] === null) {
    const detail = "--role web needs --broker, where the workers are, and --worker-secret";
    return failure(problem("request_invalid", detail));
  }
  const owners = await agents.owners();
  closer.add("owners", () => owners.close());
  const { clock, gauges, log } = ground;
  const reception = openReception({
    ...{ workers, clock, gauges },
    log: log.child("workers"),
    receive: ingest.receive,
    agentOf: (topic) => owners.of(topic),
    topics: () => owners.topics,
    onRefused: (refusal: Parameters<BrokerParts["onRefused"]>[0]) =>
      ingest.refuse(rejectionOf(refusal)),
    onGap: gapWriter(ground, broker),
    onSilence: silenceWriter(ground),
  });
  closer.add("workers", async () => reception.close());
  return success(reception);
}

/** What the broker has for a worker that is away nobody else gets. */
function silenceWriter({ journal, log }: Ground) {
  return (worker: number, isSilent: boolean): void => {
    const kind = isSilent ? "broker.worker-silent" : "broker.worker-back";
    if (isSilent) log.error("a worker is silent, what the broker has for it waits", { worker });
    const event = { actor: THE_HOUSE, kind, subject: "broker", detail: { worker } };
    journal.record(event).catch((reason: unknown) => {
      log.error("a worker's silence is not in the journal", { reason: String(reason) });
    });
  };
}
