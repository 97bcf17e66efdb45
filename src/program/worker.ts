import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openExternalBroker } from "../broker/external/external.ts";
import type { AgentId } from "../domain/brand.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { drivers } from "../driver/registry.ts";
import { systemClock } from "../lib/clock.ts";
import type { Closer } from "../lib/closer.ts";
import { Gauges } from "../lib/gauge.ts";
import type { Log } from "../lib/log.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { openRelay } from "../relay/relay.ts";
import { serverOf, takenInFrom } from "./broker-address.ts";
import type { BrokerAddress, Config } from "./config.ts";

/** Whose a message is only the house knows. */
const SOMEBODY = "" as AgentId;

/** What a worker must be told, and was. */
type Wish = { readonly broker: BrokerAddress; readonly house: string; readonly secret: string };

/**
 * `fieldline server --role ingest`: takes in from another broker and hands everything to the house,
 * which stores it. It keeps nothing itself but a mark of its session at the broker.
 */
export async function openWorker(
  config: Config,
  log: Log,
  closer: Closer,
): Promise<Outcome<void, Problem>> {
  const wish = wishOf(config);
  if (!wish.ok) return wish;
  const { broker: there, ...house } = wish.value;
  const server = serverOf(there, config, "broker");
  if (!server.ok) return server;
  const { worker, workers } = config;
  const clock = systemClock;
  const own = { clock, log: log.child("worker"), chance: Math.random };
  let listen = (_topics: readonly string[]) => {};
  let trouble = () => "it was not at the broker yet";
  let isShared = (): boolean | null => null;
  let lead = (_isFirst: boolean) => {};
  const relay = openRelay(
    { ...house, worker, workers },
    {
      ...{ ...own, drivers, trouble: () => trouble(), isShared: () => isShared() },
      onFirst: (isFirst) => lead(isFirst),
      onTopics: (topics) => listen(topics),
    },
  );
  const folder = join(config.data, "broker-sessions");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const options = { worker, folder, isSending: false, ...takenInFrom(drivers) };
  const broker = await openExternalBroker(
    { ...options, address: server.value, share: config["broker-share"] },
    {
      ...own,
      receive: relay.receive,
      agentOf: () => SOMEBODY,
      onRefused: (refusal) => relay.refuse(refusal),
      onGap: (since) => relay.gap(since),
      isFirst: () => workers === 1 || relay.isFirst,
      accounts: async () => [],
      gauges: new Gauges(),
    },
  );
  if (!broker.ok) {
    await relay.close();
    return broker;
  }
  listen = (topics) => broker.value.listen(topics);
  trouble = () => broker.value.trouble?.detail ?? "";
  isShared = () => broker.value.isShared;
  lead = (isFirst) => void broker.value.lead(isFirst);
  closer.add("broker", () => broker.value.close());
  closer.add("relay", () => relay.close());
  return success(undefined);
}

function wishOf(config: Config): Outcome<Wish, Problem> {
  const { broker, house, worker, workers } = config;
  const secret = config["worker-secret"];
  if (broker && house !== null && secret !== null && worker < workers) {
    return success({ broker, house, secret });
  }
  const detail =
    "a worker needs --broker, --house, --worker-secret, and a --worker below --workers";
  return failure(problem("request_invalid", detail));
}
