// A process that takes in from another broker and keeps what came in a file, synced before it is
// acknowledged: what a killed worker has not kept, the broker still has.
import { mkdirSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { openExternalBroker, type ServerAddress } from "../src/broker/external/external.ts";
import type { AgentId } from "../src/domain/brand.ts";
import { systemClock } from "../src/lib/clock.ts";
import { Gauges } from "../src/lib/gauge.ts";
import { jsonLog } from "../src/lib/log.ts";

export type WorkerOptions = {
  readonly address: ServerAddress;
  /** Workers of one share divide the messages, others each get all of them. */
  readonly share: string;
  readonly worker: number;
  readonly folder: string;
};

const { address, share, worker, folder }: WorkerOptions = JSON.parse(process.argv[2] ?? "");
mkdirSync(folder, { recursive: true });
// The broker's own timers keep no process alive, and between two tries there is nothing else.
setInterval(() => {}, 60_000);
let isFirst = worker === 0;
const file = await open(join(folder, `kept-${worker}`), "a");
const broker = await openExternalBroker(
  { address, share, worker, filters: ["plant/#"], folder },
  {
    async receive(messages) {
      const lines = messages.map(({ payload }) => `${Buffer.from(payload)}\n`);
      await file.write(lines.join(""));
      await file.datasync();
    },
    agentOf: () => "plant" as AgentId,
    accounts: async () => [],
    onGap: () => process.stdout.write("gap\n"),
    onRefused: () => {},
    clock: systemClock,
    gauges: new Gauges(),
    log: jsonLog((line) => process.stderr.write(line), "error", systemClock.now),
    chance: () => 0.5,
    isFirst: () => isFirst,
  },
);
if (!broker.ok) throw new Error(broker.problem.detail);
// As the house would say it.
process.stdin.on("data", (word) => {
  isFirst = `${word}`.trim() === "first";
  void broker.value.lead(isFirst);
});
while (!broker.value.isTakingIn) await new Promise((resolve) => setTimeout(resolve, 10));
process.stdout.write("ready\n");
