import { LIMIT } from "../domain/limit.ts";
import {
  type Bindings,
  type BoundChannel,
  type BoundDevice,
  noteHeard,
  noteStamp,
} from "./bindings.ts";
import type { IngestParts } from "./ingest.ts";
import { noteMask } from "./soundness.ts";

/**
 * A restart does not make a device silent: its newest sample tells when it was last heard. Nor does
 * it give a time a second time that ran ahead of the clock.
 */
export async function recallLastHeard(
  { historian, now }: Pick<IngestParts, "historian" | "now">,
  bindings: Bindings,
): Promise<void> {
  const owners = ownersIn(bindings);
  const newest = await historian.latest(Uint32Array.from(owners.keys()));
  const { count, series, at, value } = newest;
  const latest = now() + LIMIT.arrivalAheadMs;
  for (let row = 0; row < count; row += 1) {
    const owner = owners.get(series[row] ?? 0);
    const time = at[row] ?? 0;
    if (!owner) continue;
    const { bound, channel } = owner;
    // What is newest of one who has left, the house itself has written down.
    if (!bound.hasLeft) noteHeard(bound, time);
    noteMask(channel, time, value[row] ?? null);
    channel.arrivedAt = time <= latest ? time : channel.arrivedAt;
    noteStamp(channel, newest, row);
  }
}

type Owner = { readonly bound: BoundDevice; readonly channel: BoundChannel };

/** Who feeds a series. */
function ownersIn(bindings: Bindings): ReadonlyMap<number, Owner> {
  const owners = new Map<number, Owner>();
  for (const bound of bindings.all()) {
    for (const channel of bound.channels.values()) {
      owners.set(channel.channel.series, { bound, channel });
    }
  }
  return owners;
}
