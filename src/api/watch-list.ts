import type { DeviceId, PointId } from "../domain/brand.ts";
import type { House } from "./house.ts";

/** The points that a viewer named, as series, and where each stood in the viewer's list. */
export type WatchList = {
  readonly series: readonly number[];
  readonly places: readonly number[];
  readonly unknown: readonly string[];
};

/** Names are point ids, or `device:<id>/<channel>` for what waits in the inbox. */
export async function watchListOf(house: House, names: readonly string[]): Promise<WatchList> {
  const { points } = await house.model.view();
  const series: number[] = [];
  const places: number[] = [];
  const unknown: string[] = [];
  for (const [place, name] of names.entries()) {
    const found = points.get(name as PointId)?.series ?? seriesOfChannel(house, name);
    if (found === undefined) unknown.push(name);
    else {
      series.push(found);
      places.push(place);
    }
  }
  return { series, places, unknown };
}

/** A channel's name may hold slashes itself. */
function seriesOfChannel({ ingest }: House, name: string): number | undefined {
  const [, id, channel] = /^device:([^/]+)\/(.+)$/s.exec(name) ?? [];
  const device = ingest.device(id as DeviceId);
  return device?.channels.find((one) => one.name === channel)?.series;
}
