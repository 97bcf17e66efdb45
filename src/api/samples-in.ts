import { LIMIT } from "../domain/limit.ts";
import type { Samples } from "../domain/samples.ts";
import type { Historian, SeriesRange } from "../historian/historian.ts";

/** All samples of a range, oldest first, in pieces that one answer of the historian may have. */
export async function* samplesIn(
  historian: Historian,
  range: SeriesRange,
): AsyncGenerator<Samples, void> {
  const limit = LIMIT.samplesPerReply;
  let after: { readonly after?: number } = {};
  for (;;) {
    const samples = await historian.range({ ...range, ...after, limit });
    yield samples;
    const last = samples.at[samples.count - 1];
    if (samples.count < limit || last === undefined) return;
    after = { after: last };
  }
}
