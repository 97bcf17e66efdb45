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

/** They lie on a card that may be slow. */
const ASKED_AT_ONCE = 4;

type Held = { readonly segment: Segment; readonly first: number; readonly last: number };

/**
 * What was written behind this place, but for what is there already. `held` are its segment and
 * those behind it. Of those that an earlier start has left, some are asked each time, far from each
 * other; the rest are taken for such as those, so that nobody waits until all of a long log was
 * looked through. How many records they have says little: one may be a sample, or thousands.
 */
export function behind(
  held: readonly Held[],
  place: Place,
  there: readonly RecordSpan[],
  pathOf: (segment: Segment) => string,
): Behind {
  for (let asked = 0; asked < ASKED_AT_ONCE; asked += 1) {
    const next = mostUnlike(held);
    if (next) next.said = saidExtent(pathOf(next), next.number);
  }
  const each = meanOf(held);
  let [bytes, samples] = [0, 0];
  for (const { segment, first, last } of held) {
    const records = last - first + 1;
    const extent = extentOf(segment) ?? each;
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

/** The oldest, and then the middle of the most that stand side by side and were not asked. */
function mostUnlike(held: readonly Held[]): Segment | undefined {
  let [from, longest, length] = [0, 0, 0];
  for (const [index, { segment }] of held.entries()) {
    length = extentOf(segment) ? 0 : length + 1;
    if (length > longest) [from, longest] = [index - length + 1, length];
  }
  return longest === 0 ? undefined : held[from === 0 ? 0 : from + Math.floor(longest / 2)]?.segment;
}

/** Of a segment that an earlier start has left. */
function meanOf(held: readonly Held[]): Extent {
  const said = held.flatMap(({ segment }) => segment.said ?? []);
  const sum = (of: (extent: Extent) => number) => said.reduce((all, one) => all + of(one), 0);
  return {
    end: sum(({ end }) => end) / said.length,
    samples: sum(({ samples }) => samples) / said.length,
  };
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
