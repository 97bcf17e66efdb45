import { PROPERTY } from "../protocol.ts";
import type { Cursor } from "./cursor.ts";
import { type Properties, readProperties } from "./properties.ts";

/** What the MQTT 5 properties of a PUBLISH say to the broker, and what it passes on. */
type PublishProperties = {
  readonly topicAlias: number | null;
  readonly expirySeconds: number | null;
  /** The properties for the subscribers, encoded as they came. */
  readonly passedOn: Uint8Array;
  /** How many bytes they take, their length included: the payload is behind them. */
  readonly bytes: number;
};

/** The same of a will, which is published later and on a topic of its own. */
type WillProperties = Pick<PublishProperties, "expirySeconds" | "passedOn"> & {
  readonly delaySeconds: number;
};

export const NO_PROPERTIES = new Uint8Array(0);
/** MQTT 3 has no properties. */
export const NONE: PublishProperties = {
  topicAlias: null,
  expirySeconds: null,
  passedOn: NO_PROPERTIES,
  bytes: 0,
};
const EMPTY: PublishProperties = { ...NONE, bytes: 1 };

const PASSED_ON: readonly number[] = [
  PROPERTY.payloadFormat,
  PROPERTY.contentType,
  PROPERTY.responseTopic,
  PROPERTY.correlationData,
  PROPERTY.userProperty,
];
/** Subscription identifiers are not among them: only the server may send those. */
const OF_PUBLISH = new Set([...PASSED_ON, PROPERTY.messageExpiry, PROPERTY.topicAlias]);
const OF_WILL = new Set([...PASSED_ON, PROPERTY.messageExpiry, PROPERTY.willDelay]);

/** Reads the properties at `start`; undefined where they are not valid in a client's PUBLISH. */
export function readPublishProperties(
  buffer: Buffer,
  start: number,
  end: number,
): PublishProperties | undefined {
  if (buffer[start] === 0 && start < end) return EMPTY;
  const cursor = { buffer, end, at: start };
  const found = readProperties(cursor, OF_PUBLISH);
  return (
    found && {
      topicAlias: found.numbers.get(PROPERTY.topicAlias) ?? null,
      expirySeconds: found.numbers.get(PROPERTY.messageExpiry) ?? null,
      passedOn: passedOn(found),
      bytes: cursor.at - start,
    }
  );
}

/** Reads the properties of a will in CONNECT: MQTT 5.0 section 3.1.3.2. */
export function readWillProperties(cursor: Cursor): WillProperties | undefined {
  const found = readProperties(cursor, OF_WILL);
  return (
    found && {
      delaySeconds: found.numbers.get(PROPERTY.willDelay) ?? 0,
      expirySeconds: found.numbers.get(PROPERTY.messageExpiry) ?? null,
      passedOn: Buffer.from(passedOn(found)),
    }
  );
}

/** Byte for byte and in their order: MQTT 5.0 section 3.3.2.3.7. */
function passedOn({ slices }: Properties): Uint8Array {
  const own = slices.filter(({ property }) => PASSED_ON.includes(property));
  return own.length === 0 ? NO_PROPERTIES : Buffer.concat(own.map(({ bytes }) => bytes));
}
