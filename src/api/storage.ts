import { problem } from "../domain/problem.ts";
import type { HistorianStats } from "../historian/historian.ts";
import { failure, success } from "../lib/outcome.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { houseInDays } from "./retention.ts";
import { isoOrNull } from "./time.ts";

export const storageHandlers = {
  "GET /storage": storage,
  "DELETE /outbox/:target": letGo,
} satisfies Handlers;

/** What is stored, and the room on the disk, of one moment. */
async function storage(house: House, _: Call<"GET /storage">): Answer<"GET /storage"> {
  const { gauges, historian } = house;
  await house.seeDisk?.();
  const stats = await historian.stats();
  const { samplesStored, series, newestAt, bytesOnDisk, waiting } = stats;
  const parts = gauges.byLabel("disk_bytes").filter(({ value }) => value > 0);
  return success({
    samples: samplesStored,
    series,
    lastCount: lastCountOf(stats),
    newestAt: isoOrNull(newestAt),
    historyBytes: bytesOnDisk,
    parts: parts.map(({ label, value }) => ({ name: label, bytes: value })),
    leftBytes: gauges.find("disk_left_bytes") ?? null,
    leftDays: gauges.find("disk_days_left") ?? null,
    kept: houseInDays(house),
    waiting: waiting.map((one) => ({ ...one, isFollowed: isFollowed(house, one.target) })),
  });
}

/** Null: what is stored was counted now. */
export function lastCountOf({ countedAt }: HistorianStats) {
  return countedAt === undefined ? null : { at: isoOrNull(countedAt) };
}

async function letGo(
  { outbox }: House,
  { params, by }: Call<"DELETE /outbox/:target">,
): Answer<"DELETE /outbox/:target"> {
  const unknown = failure(problem("target_unknown", `nothing is kept for '${params.target}'`));
  return outbox?.letGo(params.target, by.actor) ?? unknown;
}

function isFollowed({ outbox }: House, target: string): boolean {
  return outbox?.isFollowed(target) ?? true;
}
