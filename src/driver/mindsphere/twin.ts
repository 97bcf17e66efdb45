import type { DeviceAddress } from "../../domain/brand.ts";
import { problem } from "../../domain/problem.ts";
import type { Quality } from "../../domain/reading.ts";
import { encodeJson } from "../../lib/json.ts";
import { failure } from "../../lib/outcome.ts";
import type { Twin, TwinReading } from "../driver.ts";
import { writable } from "../value.ts";
import { timeSeriesTopic } from "./topics.ts";

/** Status words of OPC UA in decimal: Good, Uncertain, Bad. */
const QUALITY_CODE: Readonly<Record<Quality, string>> = {
  good: "0",
  uncertain: "1073741824",
  bad: "2147483648",
};

/** An agent that sends time series, like the Raspberry Pi gateway of the energy-meter example. */
export function twin(device: DeviceAddress): Twin {
  return {
    emit(readings) {
      if (readings.length === 0) return [];
      const payload = encodeJson({ timeseries: rowsOf(readings) });
      return [{ topic: timeSeriesTopic(device), payload, qos: 1 }];
    },

    obey(message) {
      return failure(problem("command_unknown", message.topic));
    },
  };
}

type Row = {
  readonly timestamp: string;
  readonly values: {
    dataPointId: string;
    value: ReturnType<typeof writable>;
    qualityCode: string;
  }[];
};

/** Neighbours of one time share a row. */
function rowsOf(readings: readonly TwinReading[]): Row[] {
  const rows: Row[] = [];
  for (const { at, channel, value, quality } of readings) {
    const timestamp = new Date(at).toISOString();
    const last = rows.at(-1);
    const qualityCode = QUALITY_CODE[quality];
    const entry = { dataPointId: channel, value: writable(value), qualityCode };
    if (last?.timestamp === timestamp) last.values.push(entry);
    else rows.push({ timestamp, values: [entry] });
  }
  return rows;
}
