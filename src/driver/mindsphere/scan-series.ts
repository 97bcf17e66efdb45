import type { ChannelName, DeviceAddress } from "../../domain/brand.ts";
import type { Findings } from "../../domain/findings.ts";
import { LIMIT } from "../../domain/limit.ts";
import type { Value } from "../../domain/reading.ts";
import { moreThanQuality, qualityOfWord, statusWordBeside } from "../../domain/status-word.ts";
import { JsonCursor, type Phrase, phraseOf } from "../../lib/json-cursor.ts";

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

const GOOD = phraseOf(Buffer.from(',"qualityCode":"0"}'));

/** A place in a list of values, and what came there when it was seen last. */
type Place = { next: Intro | undefined };

/** How a value is introduced: `{"dataPointId":"power","value":`. */
type Intro = Place & { readonly phrase: Phrase; readonly channel: ChannelName };

/** They are forgotten all together above so many, and learned anew. */
const INTROS_MAX = 8_192;
/** Longer ones are seldom, and would fill memory. */
const INTRO_BYTES_MAX = 128;

/** One for all: a message is scanned in one piece. */
const cursor = new JsonCursor();
const intros = new Map<string, Intro>();
const FIRST: Place = { next: undefined };
let last = FIRST;

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
  const before = findings.count;
  cursor.open(payload);
  last = FIRST;
  const isRead =
    payload.length <= LIMIT.payloadBytes &&
    cursor.takes(OPEN_OBJECT) &&
    cursor.takesWord(TIME_SERIES) &&
    scanRows(device, findings) &&
    cursor.takes(CLOSE_OBJECT) &&
    cursor.peek() === undefined;
  if (!isRead) findings.rewind(before);
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
  const at = cursor.time();
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
  const channel = scanIntro();
  const value = scanValue();
  if (!channel || value === undefined) return false;
  if (cursor.takesPhrase(GOOD)) {
    findings.reading(channel, value, "good");
    return true;
  }
  const word = cursor.takes(COMMA) ? scanQuality(value) : statusWordBeside(value, undefined);
  if (word === undefined || !cursor.takes(CLOSE_OBJECT)) return false;
  findings.reading(channel, value, qualityOfWord(word), moreThanQuality(word));
  return true;
}

/** Agents name their values in the same order again and again: what came then is tried first. */
function scanIntro(): ChannelName | undefined {
  const guess = last.next;
  if (guess && cursor.takesPhrase(guess.phrase)) {
    last = guess;
    return guess.channel;
  }
  const start = cursor.at;
  if (!cursor.takes(OPEN_OBJECT) || !cursor.takesWord(CHANNEL)) return undefined;
  const channel = text();
  if (!channel || !cursor.takes(COMMA) || !cursor.takesWord(VALUE)) return undefined;
  if (cursor.at - start <= INTRO_BYTES_MAX) {
    const intro = intros.get(channel) ?? learn(channel as ChannelName, cursor.since(start));
    last.next = intro;
    last = intro;
  }
  return channel as ChannelName;
}

function learn(channel: ChannelName, bytes: Uint8Array): Intro {
  const intro: Intro = { phrase: phraseOf(bytes), channel, next: undefined };
  if (intros.size >= INTROS_MAX) intros.clear();
  intros.set(channel, intro);
  return intro;
}

function scanQuality(value: Value | null): number | undefined {
  return cursor.takesWord(QUALITY) ? statusWordBeside(value, text() ?? "?") : undefined;
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
