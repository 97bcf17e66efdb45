import type { ChannelName, DeviceAddress } from "../domain/brand.ts";
import type { DataType } from "../domain/catalogue.ts";
import type { Message } from "../domain/message.ts";
import { isPast } from "../domain/reading.ts";
import { type Samples, sampleAt } from "../domain/samples.ts";
import type { Twin, TwinReading } from "../driver/driver.ts";

type Teller = Pick<Twin, "tell"> & {
  emit(readings: Iterable<TwinReading>): readonly Message[];
};

/** Where samples of a series came from, as the server above is to know it. */
export type Source = {
  readonly device: DeviceAddress;
  readonly channel: ChannelName;
  readonly dataType: DataType;
  readonly unit?: string;
};

export type SpeechParts = {
  /** Undefined of samples that no device has sent. */
  readonly sourceOf: (series: number) => Source | undefined;
  /** Whose status words a series holds. */
  readonly valuesOf: (series: number) => number | undefined;
  /** How the server above is told of a device. */
  readonly twin: (device: DeviceAddress) => Teller;
};

export type Wish = {
  /** They were kept here: what they tell of is over. */
  readonly isLate: boolean;
  /** Which rows are said. Fallback: all. */
  readonly says?: ((row: number) => boolean) | undefined;
};

export type Said = {
  readonly messages: readonly Message[];
  /** How many samples they tell. */
  readonly samples: number;
  /** Call it when the server has them. */
  readonly heard: () => void;
};

/** Samples in the words of a gateway: its devices, their channels, and what those are. */
export class Speech {
  readonly #parts: SpeechParts;
  readonly #twins = new Map<DeviceAddress, Teller>();
  /** Channels that the server was told of since we started. */
  readonly #told = new Set<string>();

  constructor(parts: SpeechParts) {
    this.#parts = parts;
  }

  of(samples: Samples, wish: Wish): Said {
    const news: string[] = [];
    const sources = this.#sourcesIn(samples);
    const devices = byDevice(samples, sources, wish);
    const words = this.#wordsIn(samples);
    const messages = Array.from(devices, ([device, rows]) => {
      const channels = this.#channels(device, this.#unknown(samples, { rows, sources }), news);
      const readings = readingsOf(samples, { rows, sources, words, isLate: wish.isLate });
      return [channels, this.#twin(device).emit(readings)].flat();
    }).flat();
    const heard = () => {
      for (const channel of news) this.#told.add(channel);
    };
    const count = Array.from(devices.values()).reduce((sum, rows) => sum + rows.length, 0);
    return { messages, samples: count, heard };
  }

  #sourcesIn({ count, series }: Samples): Sources {
    const sources = new Map<number, Source>();
    for (const one of new Set(series.subarray(0, count))) {
      const source = this.#parts.sourceOf(one);
      if (source) sources.set(one, source);
    }
    return sources;
  }

  /** By series and time: what arrives with a value is in its batch. */
  #wordsIn(samples: Samples): Words {
    const words = new Map<number, Map<number, number>>();
    for (let row = 0; row < samples.count; row += 1) {
      const series = this.#parts.valuesOf(samples.series[row] ?? 0);
      if (series === undefined) continue;
      const known = words.get(series) ?? new Map();
      words.set(series, known.set(samples.at[row] ?? 0, samples.value[row] ?? 0));
    }
    return words;
  }

  /** Those of them that the server was not told of. */
  #unknown(
    { series }: Samples,
    { rows, sources }: Pick<Chosen, "rows" | "sources">,
  ): ReadonlyMap<string, Source> {
    const unknown = new Map<string, Source>();
    for (const one of new Set(rows.map((row) => series[row] ?? 0))) {
      const source = sources.get(one);
      const key = source && keyOf(source);
      if (source && key !== undefined && !this.#told.has(key)) unknown.set(key, source);
    }
    return unknown;
  }

  /** What says them, before their values. */
  #channels(device: DeviceAddress, unknown: ReadonlyMap<string, Source>, news: string[]) {
    if (unknown.size === 0) return [];
    news.push(...unknown.keys());
    const channels = Array.from(unknown.values(), ({ device: _, ...channel }) => channel);
    const list = { kind: "channels", isWhole: false, device, channels } as const;
    return this.#twin(device).tell?.(list) ?? [];
  }

  #twin(device: DeviceAddress): Teller {
    const twin = this.#twins.get(device) ?? this.#parts.twin(device);
    this.#twins.set(device, twin);
    return twin;
  }
}

/** By series and time. */
type Words = ReadonlyMap<number, ReadonlyMap<number, number>>;

type Sources = ReadonlyMap<number, Source>;

type Chosen = {
  readonly rows: readonly number[];
  readonly sources: Sources;
  readonly words: Words;
  readonly isLate: boolean;
};

/** Which rows are said, of each device. */
function byDevice(
  { count, series }: Samples,
  sources: Sources,
  { says = () => true }: Wish,
): Map<DeviceAddress, number[]> {
  const devices = new Map<DeviceAddress, number[]>();
  for (let row = 0; row < count; row += 1) {
    const source = sources.get(series[row] ?? 0);
    if (!source || !says(row)) continue;
    const rows = devices.get(source.device);
    if (rows) rows.push(row);
    else devices.set(source.device, [row]);
  }
  return devices;
}

/** One by one: all of a batch at once would be the larger part of a gateway's memory. */
function* readingsOf(
  samples: Samples,
  { rows, sources, words, isLate }: Chosen,
): Generator<TwinReading> {
  for (const row of rows) {
    const { series, at, value, quality } = sampleAt(samples, row);
    const source = sources.get(series);
    if (!source) continue;
    const word = words.get(series)?.get(at) ?? 0;
    const told = isPast(samples.quality[row]) ? { isPast: true } : {};
    yield { channel: source.channel, at, value, quality, word, isLate, ...told };
  }
}

function keyOf({ device, channel, dataType, unit = "" }: Source): string {
  return JSON.stringify([device, channel, dataType, unit]);
}
