import type { DataType } from "../domain/catalogue.ts";
import type { Reading } from "../domain/findings.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Channel } from "../domain/model.ts";
import type { Value } from "../domain/reading.ts";
import { SamplesBuilder } from "../domain/samples.ts";
import { type BoundDevice, noteWarning } from "./bindings.ts";
import { coerce } from "./coerce.ts";
import type { IngestParts } from "./ingest.ts";

/** Makes samples of readings: each goes to its channel's series, read by the channel's type. */
export class Binder {
  /** What was bound and is not stored yet. */
  readonly samples = new SamplesBuilder(1024);
  readonly #parts: Pick<IngestParts, "now" | "gauges">;

  constructor(parts: Pick<IngestParts, "now" | "gauges">) {
    this.#parts = parts;
  }

  bind(bound: BoundDevice, channel: Channel, reading: Reading): void {
    if (reading.at > this.#parts.now() + LIMIT.futureMs) {
      const time = new Date(reading.at).toISOString();
      this.#doubt(bound, "W_TIME_IN_FUTURE", `${channel.name}: ${time}`);
    } else if (fits(reading.value, channel.dataType)) {
      this.samples.add(channel.series, reading.at, reading.value, reading.quality);
    } else {
      this.#bindOdd(bound, channel, reading);
    }
  }

  /** Reads a value by its channel's type; what nobody has described yet is kept as it came. */
  #bindOdd(bound: BoundDevice, channel: Channel, reading: Reading): void {
    const read = coerce(reading.value, channel.dataType);
    const isKept = read.ok || bound.device.assetId === null;
    const value = read.ok ? read.value : reading.value;
    if (isKept) this.samples.add(channel.series, reading.at, value, reading.quality);
    else this.#doubt(bound, "W_VALUE_TYPE", `${channel.name}: ${read.problem}`);
  }

  /** A value that cannot be kept is dropped alone, counted and shown with its device. */
  #doubt(bound: BoundDevice, code: string, detail: string): void {
    this.#parts.gauges.add(`values_dropped_total{reason="${code}"}`);
    noteWarning(bound, this.#parts.now(), { code, detail });
  }
}

/** Whether a value is of the type already, as most are. */
function fits(value: Value | null, dataType: DataType): boolean {
  switch (dataType) {
    case "number":
      return Number.isFinite(value);
    case "integer":
      return Number.isInteger(value);
    case "boolean":
      return typeof value === "boolean";
    case "string":
      return typeof value === "string";
  }
}
