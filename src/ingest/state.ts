import { AheadValues } from "./ahead-values.ts";
import { Answers } from "./answers.ts";
import { Bindings } from "./bindings.ts";
import { CustomTopics } from "./custom-topics.ts";
import { Declarations } from "./declarations.ts";
import { Departures } from "./departures.ts";
import { FirmwareBook } from "./firmware.ts";
import type { IngestParts } from "./ingest.ts";
import { Layouts } from "./layouts.ts";
import { MessageLog } from "./message-log.ts";
import { NetworkBook } from "./network-topics.ts";
import { recallLastHeard } from "./recall.ts";
import { Rejections } from "./reject.ts";
import { Sequences } from "./sequences.ts";
import { Soundness } from "./soundness.ts";
import { StatusSeries } from "./status-series.ts";
import type { State } from "./understand.ts";

/** What ingest knew when it ended, and what of it samples tell. */
export async function loadState(parts: IngestParts): Promise<State> {
  const { store, now } = parts;
  const bindings = await Bindings.load(store);
  const departures = await Departures.load(store, bindings);
  await recallLastHeard(parts, bindings);
  return {
    bindings,
    rejections: await Rejections.load(store, now),
    ahead: await AheadValues.load(parts),
    answers: await Answers.load(parts),
    declarations: await Declarations.load(store),
    layouts: await Layouts.load(store),
    customTopics: await CustomTopics.load(store),
    networks: await NetworkBook.load(store),
    messages: new MessageLog(),
    sequences: new Sequences(),
    departures,
    statusSeries: await StatusSeries.load(store),
    soundness: new Soundness(parts),
    firmware: await FirmwareBook.load(store),
  };
}
