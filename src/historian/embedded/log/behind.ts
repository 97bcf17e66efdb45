import type { RecordSpan } from "../../historian.ts";
import { type Extent, type Segment, saidExtent } from "./segment.ts";

/** About how much waits behind a place in the log. */
export type Behind = { readonly bytes: number; readonly samples: number };

/** Behind a record, where its segment was read as far as this. */
export type Place = {
  readonly sequence: number;
  readonly segment: number;
  readonly offset: number;
};

type Held = { readonly segment: Segment; readonly first: number; readonly last: number };

/**
 * What was written behind this place, but for what is there already. `held` are its segment and
 * those behind it. Of those that an earlier start has left, the next one is asked each time; the
 * others are taken for such as those that are known, so that nobody waits until all of a long log
 * was looked through.
 */
export function behind(
  held: readonly Held[],
  place: Place,
  there: readonly RecordSpan[],
  pathOf: (segment: Segment) => string,
): Behind {
  const next = held.find(({ segment }) => !extentOf(segment))?.segment;
  if (next) next.said = saidExtent(pathOf(next), next.number);
  const each = meanOf(held);
  let [bytes, samples] = [0, 0];
  for (const { segment, first, last } of held) {
    const records = last - first + 1;
    const extent = extentOf(segment) ?? {
      end: records * each.end,
      samples: records * each.samples,
    };
    const rest = { first: Math.max(first, place.sequence + 1), last };
    const isKnown = segment.number === place.segment;
    const ofAll = isKnown ? shareBehind(extent, place.offset) : lengthOf(rest) / records;
    const share = ofAll * shareMissing(rest, there);
    bytes += extent.end * share;
    samples += extent.samples * share;
  }
  return { bytes: Math.round(bytes), samples: Math.round(samples) };
}

function extentOf({ end, samples, said }: Segment): Extent | undefined {
  return end === undefined ? said : { end, samples };
}

/** Of a record. */
function meanOf(held: readonly Held[]): Extent {
  let [all, end, samples] = [0, 0, 0];
  for (const { segment, first, last } of held) {
    const extent = extentOf(segment);
    if (!extent) continue;
    all += last - first + 1;
    end += extent.end;
    samples += extent.samples;
  }
  return { end: end / all, samples: samples / all };
}

function shareBehind({ end }: Extent, offset: number): number {
  return end === 0 ? 0 : Math.max(0, end - offset) / end;
}

/** Records are taken for alike. */
function shareMissing(rest: RecordSpan, there: readonly RecordSpan[]): number {
  const known = there.reduce((sum, { first, last }) => {
    const both = { first: Math.max(first, rest.first), last: Math.min(last, rest.last) };
    return sum + lengthOf(both);
  }, 0);
  return lengthOf(rest) > 0 ? 1 - known / lengthOf(rest) : 0;
}

function lengthOf({ first, last }: RecordSpan): number {
  return Math.max(0, last - first + 1);
}
