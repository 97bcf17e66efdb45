import { closeSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from "node:fs";
import { KIND, type Samples } from "../../src/domain/samples.ts";
import { chances } from "../../src/lib/chance.ts";

/*
 * What a plant sends, in the order of arrival: 200 assets with ten series each. Twenty gateways drop
 * out for four hours every five days, each at its own time, and then send what waited in one burst.
 * One sample in a hundred comes twice, two in a thousand are uncertain, a third of the assets has
 * clocks that jitter. A day is 1.7 million samples; the same seed gives the same bytes.
 *
 * The file holds batches of 10,000 rows, one behind the other, column after column:
 *
 *  offset  bytes
 *       0  80,000  at, doubles
 *  80,000  80,000  value, doubles; of kind text: index into the texts of the whole file
 * 160,000  40,000  series, 32 bits
 * 200,000  10,000  kind
 * 210,000  10,000  quality
 */
export const BATCH_ROWS = 10_000;
const BATCH_BYTES = BATCH_ROWS * 22;

const ASSETS = 200;
/** Series of an asset: a counter first, see SHAPES. */
export const SERIES_PER_ASSET = 10;
export const SERIES = ASSETS * SERIES_PER_ASSET;
export const START = Date.UTC(2026, 0, 5);
export const DAY_MS = 86_400_000;
const ASSETS_PER_GATEWAY = 10;
const HOUR_S = 3_600;
const DAY_S = 86_400;
const OUTAGE_S = 4 * HOUR_S;
const OUTAGE_EVERY_S = 5 * DAY_S;
const REPEATED_AFTER = 200;

export type Workload = {
  readonly file: string;
  readonly days: number;
  readonly batches: number;
  readonly arrivals: number;
  readonly unique: number;
  readonly late: number;
  readonly texts: readonly string[];
};

/** The busiest series of all: one sample a second. */
export const BUSIEST = 1;
export const COUNTERS = Uint32Array.from(
  { length: ASSETS },
  (_, asset) => asset * SERIES_PER_ASSET,
);

export function writeWorkload(file: string, days: number): Workload {
  const out = new BatchFile(file);
  const plant = new Plant(out);
  for (let second = 0; second < days * DAY_S; second += 1) plant.live(second);
  plant.catchUp();
  const { batches, arrivals } = out.close();
  const { texts, repeated, late } = plant;
  const workload = { file, days, batches, arrivals, unique: arrivals - repeated, late, texts };
  writeFileSync(`${file}.json`, JSON.stringify(workload));
  return workload;
}

export function openWorkload(file: string): Workload {
  return JSON.parse(readFileSync(`${file}.json`, "utf8"));
}

/** The arrivals, so many a batch; the columns hold until the next batch is asked for. */
export function* arrivalsOf({ file, texts, batches }: Workload, rows: number): Generator<Samples> {
  const source = openSync(file, "r");
  const bytes = new Uint8Array(BATCH_BYTES);
  for (let batch = 0; batch < batches; batch += 1) {
    readSync(source, bytes, 0, BATCH_BYTES, batch * BATCH_BYTES);
    const columns = columnsOf(bytes.buffer);
    for (let from = 0; from < BATCH_ROWS; from += rows) yield part(columns, from, rows, texts);
  }
  closeSync(source);
}

type Columns = Omit<Samples, "count" | "texts">;

function columnsOf(buffer: ArrayBuffer): Columns {
  return {
    at: new Float64Array(buffer, 0, BATCH_ROWS),
    value: new Float64Array(buffer, BATCH_ROWS * 8, BATCH_ROWS),
    series: new Uint32Array(buffer, BATCH_ROWS * 16, BATCH_ROWS),
    kind: new Uint8Array(buffer, BATCH_ROWS * 20, BATCH_ROWS),
    quality: new Uint8Array(buffer, BATCH_ROWS * 21, BATCH_ROWS),
  };
}

/** A batch carries the texts that it needs, no others. */
function part(columns: Columns, from: number, rows: number, all: readonly string[]): Samples {
  const to = Math.min(BATCH_ROWS, from + rows);
  const value = columns.value.subarray(from, to);
  const kind = columns.kind.subarray(from, to);
  const texts: string[] = [];
  for (let row = 0; row < kind.length; row += 1) {
    if (kind[row] !== KIND.text) continue;
    value[row] = texts.push(all[value[row] ?? 0] ?? "") - 1;
  }
  const series = columns.series.subarray(from, to);
  const at = columns.at.subarray(from, to);
  return {
    count: to - from,
    series,
    at,
    value,
    kind,
    quality: columns.quality.subarray(from, to),
    texts,
  };
}

class BatchFile {
  #batches = 0;
  #arrivals = 0;
  #row = 0;
  readonly #file: number;
  readonly #bytes = new Uint8Array(BATCH_BYTES);
  readonly #columns = columnsOf(this.#bytes.buffer);

  constructor(file: string) {
    this.#file = openSync(file, "w");
  }

  put({ series, at, value, kind, quality }: Arrival): void {
    const row = this.#row;
    this.#columns.series[row] = series;
    this.#columns.at[row] = at;
    this.#columns.value[row] = value;
    this.#columns.kind[row] = kind;
    this.#columns.quality[row] = quality;
    this.#row = row + 1;
    this.#arrivals += 1;
    if (this.#row < BATCH_ROWS) return;
    writeSync(this.#file, this.#bytes);
    this.#batches += 1;
    this.#row = 0;
  }

  /** What does not fill a batch is dropped. */
  close() {
    closeSync(this.#file);
    return { batches: this.#batches, arrivals: this.#arrivals - this.#row };
  }
}

type Arrival = {
  readonly series: number;
  readonly at: number;
  readonly value: number;
  readonly kind: number;
  readonly quality: number;
};

type Source = {
  readonly series: number;
  readonly gateway: number;
  readonly everyS: number;
  readonly jitterMs: number;
  readonly shape: Shape;
  state: number;
};

class Plant {
  readonly texts = [
    ...["RUN", "STOP", "IDLE", "FAULT", "STARTING", "STOPPING"],
    ...["MAINTENANCE", "MANUAL", "REMOTE", "LOCAL", "OFFLINE", "UNKNOWN"],
  ];
  repeated = 0;
  late = 0;
  readonly #out: BatchFile;
  readonly #random = chances(6);
  /** Sources by their period, then by the second of it in which they are due. */
  readonly #due: { readonly everyS: number; readonly at: Source[][] }[];
  readonly #backlogs: Arrival[][] = Array.from({ length: ASSETS / ASSETS_PER_GATEWAY }, () => []);
  #again: Arrival[] = [];

  constructor(out: BatchFile) {
    this.#out = out;
    const sources = Array.from({ length: SERIES }, (_, series) => sourceOf(series));
    const periods = [...new Set(sources.map(({ everyS }) => everyS))];
    this.#due = periods.map((everyS) => {
      const own = sources.filter((source) => source.everyS === everyS);
      const at = Array.from({ length: everyS }, (_, second) =>
        own.filter(({ series }) => (series * 7_919) % everyS === second),
      );
      return { everyS, at };
    });
  }

  live(second: number): void {
    for (const { everyS, at } of this.#due) {
      for (const source of at[second % everyS] ?? []) this.#read(source, second);
    }
    if (second % 60 === 0) {
      for (const gateway of this.#backlogs.keys())
        if (!isDown(gateway, second)) this.#send(gateway);
    }
  }

  catchUp(): void {
    for (const gateway of this.#backlogs.keys()) this.#send(gateway);
  }

  #read(source: Source, second: number): void {
    const { series, gateway, jitterMs, shape } = source;
    const at = START + second * 1_000 + Math.floor(this.#random() * jitterMs);
    const value = shape.next(source, this.#random, this.texts);
    const quality = this.#random() < 0.002 ? 1 : 0;
    const arrival = { series, at, value, kind: shape.kind, quality };
    if (isDown(gateway, second)) this.#backlogs[gateway]?.push(arrival);
    else this.#arrive(arrival);
  }

  #send(gateway: number): void {
    const backlog = this.#backlogs[gateway] ?? [];
    this.late += backlog.length;
    for (const arrival of backlog) this.#arrive(arrival);
    this.#backlogs[gateway] = [];
  }

  #arrive(arrival: Arrival): void {
    this.#out.put(arrival);
    if (this.#random() < 0.01) this.#again.push(arrival);
    if (this.#again.length < REPEATED_AFTER) return;
    for (const one of this.#again) this.#out.put(one);
    this.repeated += this.#again.length;
    this.#again = [];
  }
}

function isDown(gateway: number, second: number): boolean {
  const since = second - gateway * 6 * HOUR_S - 12 * HOUR_S;
  return since >= 0 && since % OUTAGE_EVERY_S < OUTAGE_S;
}

type Shape = {
  readonly kind: number;
  readonly first: number;
  next(source: Source, random: () => number, texts: string[]): number;
};

const oneDecimal = (value: number) => Math.round(value * 10) / 10;
const twoDecimals = (value: number) => Math.round(value * 100) / 100;
const asItIs = (value: number) => value;
/** What makers of devices send for one and the same reading. */
const ROUNDINGS = [twoDecimals, Math.fround, oneDecimal, asItIs] as const;

function walk(source: Source, by: number, low: number, high: number): number {
  source.state = Math.min(high, Math.max(low, source.state + by));
  return source.state;
}

/** Wh, with a reset now and then. */
const counter: Shape = {
  kind: KIND.number,
  first: 0,
  next(source, random) {
    const draw = random();
    source.state = draw < 7e-5 ? 0 : source.state + Math.floor(draw * 900);
    return source.state;
  },
};

const power = (asset: number): Shape => ({
  kind: KIND.number,
  first: 50,
  next(source, random) {
    const value = walk(source, (random() - 0.5) * 2, 0, 200) + random() * 0.5;
    return (ROUNDINGS[asset % ROUNDINGS.length] ?? asItIs)(value);
  },
});

const voltage = (asset: number): Shape => ({
  kind: KIND.number,
  first: 230,
  next(_, random) {
    const value = 230 + (random() - 0.5) * 6;
    return asset % 2 === 1 ? Math.fround(value) : oneDecimal(value);
  },
});

const temperature: Shape = {
  kind: KIND.number,
  first: 21,
  next: (source, random) => oneDecimal(walk(source, (random() - 0.5) * 0.4, 5, 40)),
};

const humidity: Shape = {
  kind: KIND.number,
  first: 45,
  next(source, random) {
    const draw = random();
    return walk(source, draw < 0.2 ? -1 : draw > 0.8 ? 1 : 0, 0, 100);
  },
};

const running: Shape = {
  kind: KIND.boolean,
  first: 0,
  next(source, random) {
    if (random() < 0.05) source.state = 1 - source.state;
    return source.state;
  },
};

/** One of a few words, and rarely a sentence that is said once. */
const state: Shape = {
  kind: KIND.text,
  first: 0,
  next(source, random, texts) {
    const draw = random();
    if (draw < 0.1) source.state = Math.floor(random() * 12);
    if (draw < 0.995) return source.state;
    const asset = Math.floor(source.series / SERIES_PER_ASSET);
    return texts.push(`Alarm ${texts.length}: bearing temperature above limit on ${asset}`) - 1;
  },
};

const noisy: Shape = {
  kind: KIND.number,
  first: 10,
  next(source, random) {
    source.state += (random() - 0.5) * 0.01;
    return source.state * 1.0000001 + random() * 1e-3;
  },
};

const mode: Shape = {
  kind: KIND.number,
  first: 1,
  next(source, random) {
    if (random() < 0.03) source.state = Math.floor(random() * 8);
    return source.state;
  },
};

const carbonDioxide: Shape = {
  kind: KIND.number,
  first: 600,
  next: (source, random) => walk(source, Math.round((random() - 0.5) * 20), 380, 5_000),
};

function sourceOf(series: number): Source {
  const asset = Math.floor(series / SERIES_PER_ASSET);
  const [shape, everyS] = seriesOf(asset)[series % SERIES_PER_ASSET] ?? [mode, 900];
  const gateway = Math.floor(asset / ASSETS_PER_GATEWAY);
  const jitterMs = asset % 3 === 0 ? 50 : 0;
  return { series, gateway, everyS, jitterMs, shape, state: shape.first };
}

function seriesOf(asset: number): readonly (readonly [Shape, number])[] {
  const powerS = asset < 4 ? 1 : asset < 14 ? 5 : asset < 74 ? 15 : 60;
  return [
    [counter, 60],
    [power(asset), powerS],
    [voltage(asset), 300],
    [temperature, 300],
    [humidity, 300],
    [running, 900],
    [state, 900],
    [noisy, asset < 74 ? 60 : 900],
    [mode, 900],
    [carbonDioxide, 900],
  ];
}
