import type { DeviceAddress } from "../domain/brand.ts";
import type { Finding } from "../domain/findings.ts";
import { QUALITY_BYTE } from "../domain/reading.ts";
import type { Samples } from "../domain/samples.ts";
import type { Driver } from "../driver/driver.ts";
import { type Bindings, type BoundChannel, type BoundDevice, noteStamp } from "./bindings.ts";
import type { Departures } from "./departures.ts";
import type { IngestParts } from "./ingest.ts";

type Gone = Extract<Finding, { kind: "gone" }>;

type Leaving = {
  readonly driver: Driver;
  readonly finding: Gone;
  /** By how much the clock of those who leave is ahead of ours. Fallback: by nothing. */
  readonly aheadMs?: number;
  /** Who does not leave with them. */
  readonly stays?: ReadonlySet<DeviceAddress> | undefined;
};

type Known = { readonly bindings: Bindings; readonly departures: Departures };

/**
 * What a device said last stands in the history once more, of bad quality and of now: from here on
 * nobody can take it for the state of the plant. Now is so by the device's own clock where that is
 * behind ours: else what it says when it is back would be older than its end.
 */
export async function farewell(
  parts: IngestParts,
  { bindings, departures }: Known,
  { driver, finding, aheadMs = 0, stays }: Leaving,
): Promise<void> {
  const leaving = devicesOf(bindings, driver, finding).filter(
    ({ device }) => !stays?.has(device.address),
  );
  await departures.leave(leaving);
  const series = seriesOf(leaving);
  if (series.size === 0) return;
  const last = await parts.historian.latest(Uint32Array.from(series.keys()));
  const now = parts.now();
  const samples = asBad(last, Math.min(now, finding.leftAt ?? now + aheadMs));
  if (samples.count > 0) {
    await parts.historian.append(samples);
    noteEnd(series, samples);
    parts.onStored(samples);
  }
  for (const { device } of leaving) parts.onChanged(`device:${device.id}`);
}

const NOBODY: ReadonlySet<DeviceAddress> = new Set();

/** Who is born after this place of the batch: what they said then stands. */
export function bornAfter(
  others: readonly { readonly what: Finding }[],
  index: number,
): ReadonlySet<DeviceAddress> {
  const one = others[index]?.what;
  if (one?.kind !== "gone" && !(one?.kind === "sequence" && one.starts)) return NOBODY;
  const later = others.slice(index + 1).map(({ what }) => what);
  return new Set(later.flatMap((what) => (what.kind === "channels" ? what.device : [])));
}

function devicesOf(bindings: Bindings, driver: Driver, { device, below }: Gone): BoundDevice[] {
  return [...bindings.all()].filter((bound) => {
    const { address } = bound.device;
    if (bound.device.driver !== driver.id) return false;
    return address === device || (below && address.startsWith(`${device}/`));
  });
}

function seriesOf(leaving: readonly BoundDevice[]): Map<number, BoundChannel> {
  const channels = leaving.flatMap((bound) => [...bound.channels.values()]);
  const inUse = channels.filter(({ channel }) => !channel.retired);
  return new Map(inUse.map((one) => [one.channel.series, one]));
}

/** Nothing that is told afterwards takes the place of the end. */
function noteEnd(series: ReadonlyMap<number, BoundChannel>, samples: Samples): void {
  for (let row = 0; row < samples.count; row += 1) {
    const channel = series.get(samples.series[row] ?? 0);
    if (channel) noteStamp(channel, samples, row);
  }
}

/** A device whose clock goes ahead has left after what it said last all the same. */
function asBad(last: Samples, now: number): Samples {
  return {
    ...last,
    at: last.at.map((at) => Math.max(at + 1, now)),
    quality: new Uint8Array(last.count).fill(QUALITY_BYTE.bad),
  };
}
