import { SIGNED_BITS, typeNameOf } from "./data-type.ts";
import { type Field, fieldsOf, WireError } from "./wire.ts";

/**
 * The messages of `sparkplug_b.proto` (specification 6.4), as they stand on the wire. A value is
 * not read before its type is known, which a data message may leave to the birth.
 */
export type Payload = {
  /** Milliseconds since the epoch. */
  timestamp?: number;
  metrics: Metric[];
  seq?: number;
};

export type Metric = {
  name?: string;
  alias?: number;
  timestamp?: number;
  datatype?: number;
  isHistorical: boolean;
  isNull: boolean;
  properties: Map<string, Raw>;
  value?: Raw;
};

/** What one `oneof value` holds. */
export type Raw =
  | { readonly kind: "int" | "long"; readonly whole: bigint }
  | { readonly kind: "float" | "double"; readonly number: number }
  | { readonly kind: "boolean"; readonly truth: boolean }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "dataSet"; readonly dataSet: DataSet }
  | { readonly kind: "template"; readonly template: Template };

export type DataSet = {
  readonly columns: string[];
  readonly types: number[];
  readonly rows: (Raw | undefined)[][];
};

export type Template = { readonly metrics: Metric[]; isDefinition: boolean };

/** Templates may hold templates; deeper than this nobody reads. */
const DEPTH_MAX = 8;

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** Throws `WireError` where the bytes are no such message. Unknown fields are passed over. */
export function readPayload(bytes: Uint8Array): Payload {
  const payload: Payload = { metrics: [] };
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) payload.timestamp = numberOf(field);
    else if (field.number === 2) payload.metrics.push(readMetric(bytesOf(field), 0));
    else if (field.number === 3) payload.seq = numberOf(field);
  }
  return payload;
}

function readMetric(bytes: Uint8Array, depth: number): Metric {
  if (depth > DEPTH_MAX) throw new WireError(`templates are nested deeper than ${DEPTH_MAX}`);
  const metric: Metric = { isHistorical: false, isNull: false, properties: new Map() };
  for (const field of fieldsOf(bytes)) readMetricField(metric, field, depth);
  return metric;
}

function readMetricField(metric: Metric, field: Field, depth: number): void {
  switch (field.number) {
    case 1:
      metric.name = textOf(field);
      break;
    case 2:
      metric.alias = numberOf(field);
      break;
    case 3:
      metric.timestamp = numberOf(field);
      break;
    case 4:
      metric.datatype = numberOf(field);
      break;
    case 5:
      metric.isHistorical = numberOf(field) !== 0;
      break;
    case 7:
      metric.isNull = numberOf(field) !== 0;
      break;
    case 9:
      metric.properties = new Map(readProperties(bytesOf(field), 0));
      break;
    default: {
      const value = rawOf(field, 10, depth);
      if (value) metric.value = value;
    }
  }
}

/** The fields of a `oneof value` follow each other in the same order in all messages. */
function rawOf(field: Field, first: number, depth: number): Raw | undefined {
  switch (field.number - first) {
    case 0:
      return { kind: "int", whole: wholeOf(field) };
    case 1:
      return { kind: "long", whole: wholeOf(field) };
    case 2:
      return { kind: "float", number: viewOf(field, 5).getFloat32(0, true) };
    case 3:
      return { kind: "double", number: viewOf(field, 1).getFloat64(0, true) };
    case 4:
      return { kind: "boolean", truth: wholeOf(field) !== 0n };
    case 5:
      return { kind: "string", text: textOf(field) };
    case 6:
      return { kind: "bytes", bytes: bytesOf(field) };
    case 7:
      return { kind: "dataSet", dataSet: readDataSet(bytesOf(field)) };
    case 8:
      return { kind: "template", template: readTemplate(bytesOf(field), depth) };
    default:
      return undefined;
  }
}

type Property = readonly [key: string, raw: Raw];

/** Keys and values stand in two lists beside each other. */
function readProperties(bytes: Uint8Array, depth: number): Property[] {
  if (depth > DEPTH_MAX) throw new WireError(`properties are nested deeper than ${DEPTH_MAX}`);
  const keys: string[] = [];
  const values: Property[][] = [];
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) keys.push(textOf(field));
    else if (field.number === 2) values.push(readProperty(bytesOf(field), depth));
  }
  return keys.flatMap((key, index) =>
    (values[index] ?? []).map(([inner, raw]) => [key + inner, raw] as const),
  );
}

/**
 * By what is behind its key: nothing for a value, `/<key>` for each of a set within the set,
 * `/<place>/<key>` for those of a list of sets, whose places count from 0.
 */
function readProperty(bytes: Uint8Array, depth: number): Property[] {
  let type = 0;
  let raw: Raw | undefined;
  const inner: Property[] = [];
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) type = numberOf(field);
    else if (field.number >= 3 && field.number <= 8) raw = rawOf(field, 3, 0);
    else if (field.number === 9) inner.push(...readProperties(bytesOf(field), depth + 1));
    else if (field.number === 10) inner.push(...readSets(bytesOf(field), depth));
  }
  return raw ? [["", signed(raw, type)]] : inner.map(([key, one]) => [`/${key}`, one] as const);
}

function readSets(bytes: Uint8Array, depth: number): Property[] {
  const sets = [...fieldsOf(bytes)].filter(({ number }) => number === 1);
  return sets.flatMap((set, place) =>
    readProperties(bytesOf(set), depth + 1).map(([key, raw]) => [`${place}/${key}`, raw] as const),
  );
}

/** Numbers below zero stand in fields that know none (specification 6.4.16). */
function signed(raw: Raw, type: number): Raw {
  const name = typeNameOf(type);
  const bits = name && SIGNED_BITS[name];
  if (!bits || (raw.kind !== "int" && raw.kind !== "long")) return raw;
  return { ...raw, whole: BigInt.asIntN(bits, raw.whole) };
}

function readDataSet(bytes: Uint8Array): DataSet {
  const dataSet: DataSet = { columns: [], types: [], rows: [] };
  for (const field of fieldsOf(bytes)) {
    if (field.number === 2) dataSet.columns.push(textOf(field));
    else if (field.number === 3) dataSet.types.push(...numbersOf(field));
    else if (field.number === 4) dataSet.rows.push(readRow(bytesOf(field)));
  }
  return dataSet;
}

function readRow(bytes: Uint8Array): (Raw | undefined)[] {
  const cells: (Raw | undefined)[] = [];
  for (const field of fieldsOf(bytes)) {
    if (field.number !== 1) continue;
    let cell: Raw | undefined;
    for (const part of fieldsOf(bytesOf(field))) {
      if (part.number <= 6) cell = rawOf(part, 1, 0);
    }
    cells.push(cell);
  }
  return cells;
}

function readTemplate(bytes: Uint8Array, depth: number): Template {
  const template: Template = { metrics: [], isDefinition: false };
  for (const field of fieldsOf(bytes)) {
    if (field.number === 2) template.metrics.push(readMetric(bytesOf(field), depth + 1));
    else if (field.number === 5) template.isDefinition = numberOf(field) !== 0;
  }
  return template;
}

/** Repeated numbers come one by one or packed. */
function numbersOf(field: Field): number[] {
  if (field.type === 0) return [Number(field.whole)];
  const numbers: number[] = [];
  let whole = 0;
  let shift = 0;
  for (const byte of bytesOf(field)) {
    whole += (byte & 0x7f) * 2 ** shift;
    shift += 7;
    if (byte >= 0x80) continue;
    numbers.push(whole);
    whole = 0;
    shift = 0;
  }
  return numbers;
}

function wholeOf(field: Field): bigint {
  if (field.type !== 0) throw new WireError(`field ${field.number} is no number`);
  return field.whole;
}

function numberOf(field: Field): number {
  return Number(wholeOf(field));
}

function bytesOf(field: Field): Uint8Array {
  if (field.type !== 2) throw new WireError(`field ${field.number} has no length`);
  return field.bytes;
}

function viewOf(field: Field, type: 1 | 5): DataView {
  if (field.type !== type) throw new WireError(`field ${field.number} is no float or double`);
  return new DataView(field.bytes.buffer, field.bytes.byteOffset, field.bytes.byteLength);
}

function textOf(field: Field): string {
  try {
    return UTF8.decode(bytesOf(field));
  } catch (reason) {
    if (reason instanceof WireError) throw reason;
    throw new WireError(`field ${field.number} is no UTF-8`);
  }
}
