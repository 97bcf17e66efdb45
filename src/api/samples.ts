import type { Series } from "../domain/brand.ts";
import type { Variable } from "../domain/catalogue.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Point } from "../domain/model.ts";
import type { Quality, Sample, Value } from "../domain/reading.ts";
import { sampleAt } from "../domain/samples.ts";
import { wordBeside } from "../domain/status-word.ts";
import type { PointReply, SampleReply } from "./contract.ts";
import type { House } from "./house.ts";
import type { ModelView } from "./model.ts";
import { iso } from "./time.ts";

/** The newest sample of each series, all in one question. */
export type Newest = (series: Series, variable: Variable) => SampleReply | null;

export async function newestOf(house: House, series: readonly Series[]): Promise<Newest> {
  const { withWords, of } = house.ingest.statusSeries;
  const samples = new Map<number, Sample>();
  if (series.length > 0) {
    const columns = await house.historian.latest(Uint32Array.from(series.flatMap(withWords)));
    for (let row = 0; row < columns.count; row += 1) {
      const sample = sampleAt(columns, row);
      samples.set(sample.series, sample);
    }
  }
  const now = house.clock.now();
  return (one, variable) => {
    const sample = samples.get(one);
    if (!sample) return null;
    const word = samples.get(of(one) ?? -1);
    const statusWord = word?.at === sample.at ? statusWordOf(sample.quality, word.value) : {};
    return { ...sampleReply(sample, variable, now), ...statusWord };
  };
}

type Shown = { readonly view: ModelView; readonly newest: Newest };

function pointReply(house: House, point: Point, { view, newest }: Shown): PointReply {
  const latest = newest(point.series, point.variable);
  return {
    id: point.id,
    assetId: point.assetId,
    path: view.path(point.assetId),
    aspect: point.aspect,
    variable: variableReply(point.variable),
    series: point.series,
    statusSeries: house.ingest.statusSeries.of(point.series) ?? null,
    latest,
    ...(isUnsound(house, point, latest) && { unsound: true }),
  };
}

/** Bad values are few: only for them it is looked which of the asset's devices brought them. */
function isUnsound({ ingest }: House, point: Point, latest: SampleReply | null): boolean {
  if (latest?.quality !== "bad") return false;
  const feeders = ingest.devices().filter(({ assetId }) => assetId === point.assetId);
  return feeders.some(({ id }) => {
    const channels = ingest.device(id)?.channels ?? [];
    const channel = channels.find(({ series }) => series === point.series);
    return channel !== undefined && ingest.isDoubted(id, channel.name, Date.parse(latest.at));
  });
}

export async function pointReplies(
  house: House,
  view: ModelView,
  points: readonly Point[],
): Promise<PointReply[]> {
  const newest = await newestOf(
    house,
    points.map(({ series }) => series),
  );
  return points.map((point) => pointReply(house, point, { view, newest }));
}

/** The same form; only that the contract's lists could be written to, and nobody does. */
export function variableReply(variable: Variable): PointReply["variable"] {
  return variable as PointReply["variable"];
}

function sampleReply({ at, value, quality }: Sample, variable: Variable, now: number): SampleReply {
  const ageMs = Math.max(0, now - at);
  const fresh = ageMs <= (variable.freshnessMs ?? LIMIT.freshnessMs);
  return { at: iso(at), value: shown(value), quality, ageMs, fresh };
}

/** As a field of a reply; none where the word says no more than the quality. */
export function statusWordOf(quality: Quality, word: Value | null) {
  const beside = typeof word === "number" ? wordBeside(quality, word) : null;
  return beside === null ? {} : { statusWord: beside };
}

/**
 * JSON knows neither NaN nor infinity. An integer beyond 2^53 is given as a text of its digits:
 * most readers of JSON would round a number of that size, and nobody would know.
 */
export function shown(value: Sample["value"]): SampleReply["value"] {
  if (typeof value === "bigint") return String(value);
  return typeof value === "number" && !Number.isFinite(value) ? null : value;
}
