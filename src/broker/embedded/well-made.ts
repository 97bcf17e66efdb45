import type { PacketView } from "../packet-reader.ts";
import { PROPERTY } from "../protocol.ts";
import { type Cursor, readNumber, skipBytes, skipText } from "./cursor.ts";
import { readProperties } from "./properties.ts";
import { readWillProperties } from "./publish-properties.ts";

// The parser of packets that come seldom reads on where a length is wrong, leaves alone what
// follows the last field, and mends text that is no UTF-8. What breaks the protocol is to end the
// connection (MQTT 5.0 section 4.13), so each such packet is walked through first, field by field.

type WillProperties = NonNullable<ReturnType<typeof readWillProperties>>;

/** The will's properties of a CONNECT that is well made, null where it has none. */
export type ConnectForm = { readonly willProperties: WillProperties | null };

/** Flags of CONNECT: MQTT 5.0 section 3.1.2.3. */
const HAS_WILL = 0x04;
const HAS_PASSWORD = 0x40;
const HAS_USERNAME = 0x80;

const OF_CONNECT: ReadonlySet<number> = new Set([
  PROPERTY.sessionExpiry,
  PROPERTY.receiveMaximum,
  PROPERTY.maximumPacketSize,
  PROPERTY.topicAliasMaximum,
  PROPERTY.wantsResponseInformation,
  PROPERTY.wantsReasons,
  PROPERTY.userProperty,
  PROPERTY.authenticationMethod,
  PROPERTY.authenticationData,
]);
const OF_ACK: ReadonlySet<number> = new Set([PROPERTY.reasonString, PROPERTY.userProperty]);
const OF_DISCONNECT: ReadonlySet<number> = new Set([...OF_ACK, PROPERTY.sessionExpiry]);

/** Undefined where it is not made as its flags say: MQTT 5.0 section 3.1. */
export function formOfConnect(view: PacketView, isV5: boolean): ConnectForm | undefined {
  const cursor = cursorOf(view);
  const flags = readHead(cursor, isV5);
  if (flags === undefined) return undefined;
  let willProperties: WillProperties | null = null;
  const skipWillProperties = () => {
    const read = readWillProperties(cursor);
    willProperties = read ?? null;
    return read && 0;
  };
  const will = [...(isV5 ? [skipWillProperties] : []), skipText, skipBytes];
  const fields = [
    skipText,
    ...(flags & HAS_WILL ? will : []),
    ...(flags & HAS_USERNAME ? [skipText] : []),
    ...(flags & HAS_PASSWORD ? [skipBytes] : []),
  ];
  const isWhole = fields.every((skip) => skip(cursor) !== undefined);
  return isWhole && cursor.at === cursor.end ? { willProperties } : undefined;
}

/** The flags, of which MQTT 3 had no password without a user name: 3.1.1 section 3.1.2.9. */
function readHead(cursor: Cursor, isV5: boolean): number | undefined {
  const [name, level] = [skipText(cursor), readNumber(cursor, 1)];
  const [flags = 0, keepAlive] = [readNumber(cursor, 1), readTwo(cursor)];
  if (name === undefined || level === undefined || keepAlive === undefined) return undefined;
  if (isV5) return readProperties(cursor, OF_CONNECT) && flags;
  return (flags & (HAS_USERNAME | HAS_PASSWORD)) === HAS_PASSWORD ? undefined : flags;
}

/** What follows the packet id of an acknowledgement of MQTT 5: sections 3.4.2 to 3.7.2. */
export function isAckEnd(view: PacketView): boolean {
  const cursor = cursorOf(view);
  cursor.at += 2;
  return isReasoned(cursor, OF_ACK);
}

/** MQTT 5 may say why it goes; before there was nothing to say: 3.1.1 section 3.14. */
export function isDisconnect(view: PacketView, isV5: boolean): boolean {
  const cursor = cursorOf(view);
  return isV5 ? isReasoned(cursor, OF_DISCONNECT) : cursor.at === cursor.end;
}

/** A reason and properties, of which the last may be left out. */
function isReasoned(cursor: Cursor, allowed: ReadonlySet<number>): boolean {
  readNumber(cursor, 1);
  if (cursor.at === cursor.end) return true;
  return readProperties(cursor, allowed) !== undefined && cursor.at === cursor.end;
}

function readTwo(cursor: Cursor): number | undefined {
  return readNumber(cursor, 2);
}

function cursorOf({ buffer, body, end }: PacketView): Cursor {
  return { buffer, at: body, end };
}
