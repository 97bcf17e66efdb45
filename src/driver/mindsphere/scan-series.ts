import type { ChannelName, DeviceAddress } from "../../domain/brand.ts";
import type { Findings } from "../../domain/findings.ts";
import { LIMIT } from "../../domain/limit.ts";
import type { Value } from "../../domain/reading.ts";
import { moreThanQuality, qualityOfWord, statusWordOf } from "../../domain/status-word.ts";
import { parseIsoTime } from "../../lib/iso-time.ts";
import { JsonCursor } from "../../lib/json-cursor.ts";

const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const COMMA = 0x2c;
const QUOTE = 0x22;
const TIME_SERIES = Buffer.from('"timeseries":');
const TIMESTAMP = Buffer.from('"timestamp":');
const VALUES = Buffer.from('"values":');
const CHANNEL = Buffer.from('"dataPointId":');
const VALUE = Buffer.from('"value":');
const QUALITY = Buffer.from('"qualityCode":');
const TRUE = Buffer.from("true");
const FALSE = Buffer.from("false");
const NULL = Buffer.from("null");

/** One for all: a message is scanned in one piece. */
const cursor = new JsonCursor();

/**
 * Reads a time series as nearly all agents write it, without making objects of it; false where it
 * is written in any other way, and nothing is told then: decode.ts reads that, and says what is
 * odd in it. What both read they read alike (scan-series.test.ts).
 */
export function scanSeries(
  payload: Uint8Array,
  device: DeviceAddress,
  findings: Findings,
): boolean {
  const { readings } = findings;
  const before = readings.length;
  cursor.open(payload);
  const isRead =
    payload.length <= LIMIT.payloadBytes &&
    cursor.takes(OPEN_OBJECT) &&
    cursor.takesWord(TIME_SERIES) &&
    scanRows(device, findings) &&
    cursor.takes(CLOSE_OBJECT) &&
    cursor.peek() === undefined;
  if (!isRead) readings.length = before;
  return isRead;
}

/** At least one. */
function scanRows(device: DeviceAddress, findings: Findings): boolean {
  if (!cursor.takes(OPEN_LIST)) return false;
  do if (!scanRow(device, findings)) return false;
  while (cursor.takes(COMMA));
  return cursor.takes(CLOSE_LIST);
}

/** `{ timestamp, values: […] }`, in this order: values are of a time that is known. */
function scanRow(device: DeviceAddress, findings: Findings): boolean {
  if (!cursor.takes(OPEN_OBJECT) || !cursor.takesWord(TIMESTAMP) || cursor.peek() !== QUOTE)
    return false;
  const at = parseIsoTime(cursor.newText() ?? "");
  if (at === undefined || !cursor.takes(COMMA) || !cursor.takesWord(VALUES)) return false;
  findings.about(device, at);
  return scanEntries(findings) && cursor.takes(CLOSE_OBJECT);
}

/** At least one. */
function scanEntries(findings: Findings): boolean {
  if (!cursor.takes(OPEN_LIST)) return false;
  do if (!scanEntry(findings)) return false;
  while (cursor.takes(COMMA));
  return cursor.takes(CLOSE_LIST);
}

/** `{ dataPointId, value, qualityCode }`, in this order and without the last one at most. */
function scanEntry(findings: Findings): boolean {
  if (!cursor.takes(OPEN_OBJECT) || !cursor.takesWord(CHANNEL)) return false;
  const channel = text();
  if (!channel || !cursor.takes(COMMA) || !cursor.takesWord(VALUE)) return false;
  const value = scanValue();
  const word = cursor.takes(COMMA) ? scanQuality() : 0;
  if (value === undefined || word === undefined || !cursor.takes(CLOSE_OBJECT)) return false;
  const name = channel as ChannelName;
  if (word === 0) findings.reading(name, value, "good");
  else findings.reading(name, value, qualityOfWord(word), moreThanQuality(word));
  return true;
}

function scanQuality(): number | undefined {
  return cursor.takesWord(QUALITY) ? statusWordOf(text() ?? "?") : undefined;
}

function scanValue(): Value | null | undefined {
  if (cursor.peek() === QUOTE) return cursor.text();
  if (cursor.takesWord(TRUE)) return true;
  if (cursor.takesWord(FALSE)) return false;
  if (cursor.takesWord(NULL)) return null;
  const number = cursor.number();
  return Number.isFinite(number) ? number : undefined;
}

function text(): string | undefined {
  return cursor.peek() === QUOTE ? cursor.text() : undefined;
}
