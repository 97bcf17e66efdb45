import type { DeviceAddress } from "../domain/brand.ts";
import type { Finding } from "../domain/findings.ts";
import { QUALITY_BYTE } from "../domain/reading.ts";
import type { Samples } from "../domain/samples.ts";
import type { Driver } from "../driver/driver.ts";
import type { Bindings, BoundDevice } from "./bindings.ts";
import type { IngestParts } from "./ingest.ts";

type Gone = Extract<Finding, { kind: "gone" }>;

/**
 * What a device said last stands in the history once more, of bad quality and of now: from here on
 * nobody can take it for the state of the plant.
 */
export async function farewell(
  parts: IngestParts,
  bindings: Bindings,
  { driver, finding }: { readonly driver: Driver; readonly finding: Gone },
): Promise<void> {
  const leaving = devicesOf(bindings, driver, finding);
  for (const bound of leaving) bound.hasLeft = true;
  const series = leaving.flatMap(({ channels }) => {
    const inUse = [...channels.values()].filter(({ channel }) => !channel.retired);
    return inUse.map(({ channel }) => channel.series);
  });
  if (series.length === 0) return;
  const last = await parts.historian.latest(Uint32Array.from(series));
  const samples = asBad(last, parts.now());
  if (samples.count > 0) {
    await parts.historian.append(samples);
    parts.onStored(samples);
  }
  for (const { device } of leaving) parts.onChanged(`device:${device.id}`);
}

/** Without those who left and came back in the same batch: what they said then stands. */
export function withoutTakenBack<T extends { readonly what: Finding }>(others: readonly T[]) {
  return others.filter(({ what }, index) => {
    return what.kind !== "gone" || !isBornIn(others.slice(index + 1), what.device);
  });
}

function isBornIn(others: readonly { readonly what: Finding }[], device: DeviceAddress): boolean {
  return others.some(({ what }) => what.kind === "channels" && what.device === device);
}

function devicesOf(bindings: Bindings, driver: Driver, { device, below }: Gone): BoundDevice[] {
  return [...bindings.all()].filter((bound) => {
    const { address } = bound.device;
    if (bound.device.driver !== driver.id) return false;
    return address === device || (below && address.startsWith(`${device}/`));
  });
}

/** A device whose clock goes ahead has left after what it said last all the same. */
function asBad(last: Samples, now: number): Samples {
  return {
    ...last,
    at: last.at.map((at) => Math.max(at + 1, now)),
    quality: new Uint8Array(last.count).fill(QUALITY_BYTE.bad),
  };
}
