import type { ImportLineReply, SamplesImportReply } from "../src/api/contract.ts";
import { formatCount, formatNumber } from "./format.ts";

export type ImportReading = NonNullable<SamplesImportReply["look"]>["reading"];
export type ImportReport = NonNullable<SamplesImportReply["report"]>;
export type ImportSeries = ImportReport["series"][number];

/** What of the file would be, or was, stored. */
export function newsIn({ new: fresh, corrected, uncompared }: ImportReport | ImportSeries): number {
  return fresh + corrected + uncompared;
}

/** Names of the file that lead to no point, and that nobody has left out yet. */
export function unknownIn({ series }: ImportReport): readonly ImportSeries[] {
  return series.filter(({ pointId, isLeftOut }) => pointId === null && !isLeftOut);
}

/** `1,200 new, 3 corrected, 40 the same`: what is 0 is not said, unless all is. */
export function countWords(counts: ImportReport | ImportSeries): string {
  const words = [
    [counts.new, "new"],
    [counts.corrected, "corrected"],
    [counts.same, "the same"],
    [counts.uncompared, "not compared"],
  ] as const;
  const said = words.filter(([count]) => count > 0);
  return said.map(([count, word]) => `${formatNumber(count, 0)} ${word}`).join(", ") || "nothing";
}

/** How it ended, and that nothing is hidden: what is stored, and what is not. */
export function endWords({ state, report, detail }: SamplesImportReply): string {
  const stored = formatCount(report ? newsIn(report) : 0, "sample");
  if (state === "stored") return `${stored} stored.`;
  const what = `What was read before is stored: ${stored}. The same file again goes on from there.`;
  return state === "stopped" ? `Stopped. ${what}` : `It ended early: ${detail}. ${what}`;
}

/** What has come of an import of anybody, in a line. */
export function lineWords({ state, done, stored, refused, detail }: ImportLineReply): string {
  const part = `${formatNumber(done * 100, 0)} %`;
  if (state === "checking") return `being read, ${part}`;
  const samples = stored === null ? "some samples" : formatCount(stored, "sample");
  const rest = refused ? `, ${formatNumber(refused, 0)} refused` : "";
  if (state === "storing") return `${samples} stored so far${rest}, ${part}`;
  const end = state === "stored" ? "" : `${state}: `;
  return `${end}${samples} stored${rest}${detail && `; ${detail}`}`;
}

/** What a name of the file leads to from now on; null: nowhere. */
export function withFeed(
  reading: ImportReading,
  { name, pointId, unit }: Pick<ImportSeries, "name" | "pointId" | "unit">,
): ImportReading {
  const others = reading.feeds.filter((feed) => feed.name !== name);
  return { ...reading, feeds: [...others, { name, pointId, unit }] };
}

/** The columns of values, where each is of its own variable: all that nothing else is in. */
export function withForm(
  reading: ImportReading,
  form: ImportReading["form"],
  columns: number,
): ImportReading {
  const [first] = reading.values;
  if (form === "rows") {
    const name = otherThan(reading.time, columns);
    return { ...reading, form, names: [name], values: [first ?? name], feeds: [] };
  }
  const { time, quality, statusWord, toldAfterwards, unit } = reading;
  const taken = [time, quality, statusWord, toldAfterwards, unit];
  const all = Array.from({ length: columns }, (_, at) => at);
  return {
    ...reading,
    form,
    names: [],
    values: all.filter((at) => !taken.includes(at)),
    feeds: [],
  };
}

function otherThan(time: number, columns: number): number {
  return time === 0 && columns > 1 ? 1 : 0;
}
