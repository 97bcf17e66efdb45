import { LIMIT } from "../../domain/limit.ts";
import { JsonCursor, type Phrase, phraseOf } from "../../lib/json-cursor.ts";
import { SENSORS, type Sensor } from "./sensors.ts";

const CLOSE_OBJECT = 0x7d;

/** What stands behind colons and commas: nothing, or what Python's `json.dumps` puts there. */
const GAPS = ["", " "];

type Intro = { readonly phrase: Phrase; readonly sensor: Sensor };

/** All that comes before the number: `{"type":"humid","payload":{"humidity":`. */
const INTROS: readonly Intro[] = GAPS.flatMap((gap) =>
  SENSORS.map((sensor) => {
    const { type, rule } = sensor;
    const text = `{"type":${gap}"${type}",${gap}"payload":${gap}{"${rule.key}":${gap}`;
    return { phrase: phraseOf(Buffer.from(text)), sensor };
  }),
);

/** One for all: a message is scanned in one piece. */
const cursor = new JsonCursor();
const scanned: { sensor: Sensor | undefined; number: number } = { sensor: undefined, number: 0 };

/**
 * Reads a sensor's number as nearly all nodes write it, where it lies. The answer holds until the
 * next call; it has no sensor where the message is written in any other way: envelope.ts reads
 * that, and says what is odd in it. What both read they read alike (scan-reading.test.ts).
 */
export function scanReading(payload: Uint8Array): Readonly<typeof scanned> {
  scanned.sensor = payload.length > LIMIT.viasensPayloadBytes ? undefined : scanIntro(payload);
  if (scanned.sensor === undefined) return scanned;
  scanned.number = cursor.number();
  const isWhole =
    Number.isFinite(scanned.number) &&
    cursor.takes(CLOSE_OBJECT) &&
    cursor.takes(CLOSE_OBJECT) &&
    cursor.peek() === undefined;
  if (!isWhole) scanned.sensor = undefined;
  return scanned;
}

/** They part at their third word of four bytes: to try all of them is as fast as to look one up. */
function scanIntro(payload: Uint8Array): Sensor | undefined {
  cursor.open(payload);
  for (const { phrase, sensor } of INTROS) if (cursor.takesPhrase(phrase)) return sensor;
  return undefined;
}
