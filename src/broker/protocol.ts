/** Numbers of the MQTT specification. Packet types: MQTT 5.0 section 2.1.2. */
export const PACKET = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  suback: 9,
  unsubscribe: 10,
  unsuback: 11,
  pingreq: 12,
  pingresp: 13,
  disconnect: 14,
  auth: 15,
} as const;

/** Flags in the first byte of PUBLISH: MQTT 5.0 section 3.3.1. */
export const DUP_BIT = 0x08;
export const QOS_BITS = 0x06;
export const RETAIN_BIT = 0x01;

/** Properties that a client may send: MQTT 5.0 table 2-4. */
export const PROPERTY = {
  payloadFormat: 0x01,
  messageExpiry: 0x02,
  contentType: 0x03,
  responseTopic: 0x08,
  correlationData: 0x09,
  subscriptionId: 0x0b,
  sessionExpiry: 0x11,
  authenticationMethod: 0x15,
  authenticationData: 0x16,
  /** Request Problem Information. */
  wantsReasons: 0x17,
  willDelay: 0x18,
  wantsResponseInformation: 0x19,
  reasonString: 0x1f,
  receiveMaximum: 0x21,
  topicAliasMaximum: 0x22,
  topicAlias: 0x23,
  userProperty: 0x26,
  maximumPacketSize: 0x27,
} as const;

/** Reason codes of MQTT 5.0 section 2.4, as far as this broker says or reads them. */
export const REASON = {
  success: 0x00,
  disconnectWithWill: 0x04,
  noSubscriptionExisted: 0x11,
  unspecified: 0x80,
  malformed: 0x81,
  protocolError: 0x82,
  versionUnsupported: 0x84,
  clientIdInvalid: 0x85,
  credentialsWrong: 0x86,
  notAuthorised: 0x87,
  serverUnavailable: 0x88,
  shuttingDown: 0x8b,
  authenticationMethodUnknown: 0x8c,
  keepAliveTimeout: 0x8d,
  takenOver: 0x8e,
  filterInvalid: 0x8f,
  topicInvalid: 0x90,
  packetIdNotFound: 0x92,
  receiveMaximumExceeded: 0x93,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  quotaExceeded: 0x97,
  administrative: 0x98,
} as const;

/** A reason for CONNACK as MQTT 3 can say it: MQTT 3.1.1 table 3.1. */
export function returnCode(reason: number): number {
  switch (reason) {
    case REASON.success:
      return 0;
    case REASON.versionUnsupported:
      return 1;
    case REASON.clientIdInvalid:
      return 2;
    case REASON.serverUnavailable:
      return 3;
    case REASON.credentialsWrong:
      return 4;
    default:
      return 5;
  }
}

/** The quality of service in the first byte of PUBLISH; 3 is malformed. */
export function qosOf(firstByte: number): 0 | 1 | 2 | 3 {
  return ((firstByte & QOS_BITS) >> 1) as 0 | 1 | 2 | 3;
}

/** A two byte integer; a number that does not matter behind the end of the buffer. */
export function numberAt(buffer: Uint8Array, at: number): number {
  return ((buffer[at] ?? 0) << 8) | (buffer[at + 1] ?? 0);
}
