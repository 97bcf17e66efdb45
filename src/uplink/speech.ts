import type { ChannelName, DeviceAddress } from "../domain/brand.ts";
import type { DataType } from "../domain/catalogue.ts";
import type { Message } from "../domain/message.ts";
import { isPast } from "../domain/reading.ts";
import { type Samples, sampleAt } from "../domain/samples.ts";
import type { Twin, TwinReading } from "../driver/driver.ts";

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
  readonly twin: (device: DeviceAddress) => Twin;
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
  readonly #twins = new Map<DeviceAddress, Twin>();
  /** Channels that the server was told of since we started. */
  readonly #told = new Set<string>();

  constructor(parts: SpeechParts) {
    this.#parts = parts;
  }

  of(samples: Samples, wish: Wish): Said {
    const news: string[] = [];
    const devices = this.#byDevice(samples, wish);
    const messages = Array.from(devices, ([device, rows]) => this.#said(device, rows, news)).flat();
    const heard = () => {
      for (const channel of news) this.#told.add(channel);
    };
    const count = Array.from(devices.values()).reduce((sum, rows) => sum + rows.length, 0);
    return { messages, samples: count, heard };
  }

  #byDevice(samples: Samples, { isLate, says = () => true }: Wish): Map<DeviceAddress, Row[]> {
    const devices = new Map<DeviceAddress, Row[]>();
    const words = this.#wordsIn(samples);
    for (let row = 0; row < samples.count; row += 1) {
      const source = this.#parts.sourceOf(samples.series[row] ?? 0);
      if (!source || !says(row)) continue;
      const { series, at, value, quality } = sampleAt(samples, row);
      const rows = devices.get(source.device) ?? [];
      const word = words.get(series)?.get(at) ?? 0;
      const told = isPast(samples.quality[row]) ? { isPast: true } : {};
      const reading = { channel: source.channel, at, value, quality, word, isLate, ...told };
      rows.push({ source, reading });
      devices.set(source.device, rows);
    }
    return devices;
  }

  /** By series and time: what arrives with a value is in its batch. */
  #wordsIn(samples: Samples): ReadonlyMap<number, ReadonlyMap<number, number>> {
    const words = new Map<number, Map<number, number>>();
    for (let row = 0; row < samples.count; row += 1) {
      const series = this.#parts.valuesOf(samples.series[row] ?? 0);
      if (series === undefined) continue;
      const known = words.get(series) ?? new Map();
      words.set(series, known.set(samples.at[row] ?? 0, samples.value[row] ?? 0));
    }
    return words;
  }

  /** Its channels first, where the server was not told of them. */
  #said(device: DeviceAddress, rows: readonly Row[], news: string[]): readonly Message[] {
    const twin = this.#twins.get(device) ?? this.#parts.twin(device);
    this.#twins.set(device, twin);
    const unknown = new Map(
      rows
        .map(({ source }) => [keyOf(source), source] as const)
        .filter(([key]) => !this.#told.has(key)),
    );
    news.push(...unknown.keys());
    const channels = Array.from(unknown.values(), ({ device: _, ...channel }) => channel);
    const list = { kind: "channels", isWhole: false, device, channels } as const;
    const told = channels.length > 0 ? twin.tell?.(list) : undefined;
    return [...(told ? [told] : []), ...twin.emit(rows.map(({ reading }) => reading))];
  }
}

type Row = { readonly source: Source; readonly reading: TwinReading };

function keyOf({ device, channel, dataType, unit = "" }: Source): string {
  return JSON.stringify([device, channel, dataType, unit]);
}
