import type { Metric, Payload, Raw } from "./payload.ts";
import { WireWriter } from "./wire.ts";

/** The other direction of payload.ts, for what hosts and our twin say. */
export function writePayload({ timestamp, metrics, seq }: Payload): Uint8Array {
  const writer = new WireWriter();
  if (timestamp !== undefined) writer.whole(1, timestamp);
  for (const metric of metrics) writer.bytes(2, writeMetric(metric));
  if (seq !== undefined) writer.whole(3, seq);
  return writer.finish();
}

function writeMetric(metric: Metric): Uint8Array {
  const { name, alias, timestamp, datatype, isHistorical, isNull, properties, value } = metric;
  const writer = new WireWriter();
  if (name !== undefined) writer.text(1, name);
  if (alias !== undefined) writer.whole(2, alias);
  if (timestamp !== undefined) writer.whole(3, timestamp);
  if (datatype !== undefined) writer.whole(4, datatype);
  if (isHistorical) writer.whole(5, 1);
  if (isNull) writer.whole(7, 1);
  if (properties.size > 0) writer.bytes(9, writeProperties(properties));
  if (value) writeRaw(writer, value, 10);
  return writer.finish();
}

function writeProperties(properties: ReadonlyMap<string, Raw>): Uint8Array {
  const writer = new WireWriter();
  for (const key of properties.keys()) writer.text(1, key);
  for (const value of properties.values()) {
    const property = new WireWriter();
    writeRaw(property, value, 3);
    writer.bytes(2, property.finish());
  }
  return writer.finish();
}

/** The simple values; hosts write no data sets and templates. */
function writeRaw(writer: WireWriter, raw: Raw, first: number): void {
  switch (raw.kind) {
    case "int":
      writer.whole(first, raw.whole);
      break;
    case "long":
      writer.whole(first + 1, raw.whole);
      break;
    case "float":
      writer.float(first + 2, raw.number);
      break;
    case "double":
      writer.double(first + 3, raw.number);
      break;
    case "boolean":
      writer.whole(first + 4, raw.truth ? 1 : 0);
      break;
    case "string":
      writer.text(first + 5, raw.text);
      break;
    case "bytes":
    case "dataSet":
    case "template":
      break;
  }
}
