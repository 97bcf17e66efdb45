import type { JsonObject } from "../lib/json.ts";
import type {
  AgentId,
  ChannelName,
  CommandId,
  DeviceAddress,
  DeviceId,
  Series,
  Timestamp,
  UserId,
} from "./brand.ts";
import type { CommandState } from "./command.ts";
import type { Actor } from "./event.ts";
import type { DeclaredChannel } from "./findings.ts";
import type { Role } from "./permission.ts";
import type { ProblemCode } from "./problem.ts";
import type { Quality } from "./reading.ts";

/** How an agent proves who it is. A password is kept as a hash, a certificate by its serial. */
export type Credential = {
  readonly id: string;
  readonly agentId: AgentId;
  readonly kind: "password" | "certificate";
  /** SHA-256 of the password that we made, or the certificate's serial in upper-case hex. */
  readonly secret: string;
  /** The tenant's authority that signed the certificate; null where it was the built-in one. */
  readonly authorityId: string | null;
  readonly createdAt: Timestamp;
  readonly expiresAt: Timestamp | null;
  readonly revokedAt: Timestamp | null;
};

/** What an agent was answered, to be told again. */
export type KeptAnswer = {
  readonly agentId: AgentId;
  /** In the order of the answers. */
  readonly number: number;
  readonly at: Timestamp;
  readonly topic: string;
  readonly payload: string;
};

/** The series in which the status words of another one's samples are. */
export type StatusWords = { readonly series: Series; readonly words: Series };

/** A device that has left and not spoken since, and when it was heard last, if ever. */
export type Departure = { readonly deviceId: DeviceId; readonly heardAt: number | null };

/** The newest change of an agent; each change of any of them has the next number. */
export type AgentChange = { readonly agentId: AgentId; readonly version: number };

/** A tenant's own certificate authority: agents whose certificates it signs may come in. */
export type TenantAuthority = {
  readonly id: string;
  readonly tenant: string;
  /** Its common name, or all of its subject where it has none. */
  readonly name: string;
  /** PEM. */
  readonly certificate: string;
  /** SHA-256 of the certificate, in upper-case hex. */
  readonly fingerprint: string;
  /** Whoever has the key signs a certificate with this for a common name, to show that he has. */
  readonly registrationCode: string;
  readonly expiresAt: Timestamp;
  readonly createdAt: Timestamp;
  /** Until then it is known, and lets nobody in. */
  readonly verifiedAt: Timestamp | null;
};

export type User = {
  readonly id: UserId;
  readonly name: string;
  /** argon2id, with its parameters in it. */
  readonly passwordHash: string;
  readonly role: Role;
  readonly disabled: boolean;
  readonly createdAt: Timestamp;
  /** What was given until then for his name and password, is nobody's any more. */
  readonly validFrom: Timestamp;
};

export type Session = {
  /** SHA-256 of the cookie: the database alone opens no session. */
  readonly id: string;
  readonly userId: UserId;
  readonly remote: string;
  readonly createdAt: Timestamp;
  readonly seenAt: Timestamp;
};

export type Token = {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the token. */
  readonly secret: string;
  readonly role: Role;
  readonly createdBy: UserId | "house";
  readonly createdAt: Timestamp;
  readonly expiresAt: Timestamp | null;
  readonly usedAt: Timestamp | null;
};

export type Screen = {
  readonly id: string;
  readonly name: string;
  readonly widgets: readonly JsonObject[];
  readonly updatedAt: Timestamp;
};

/** A device's own list of its channels, as it came last. */
export type KeptDeclaration = {
  readonly driver: string;
  readonly device: DeviceAddress;
  readonly channels: readonly DeclaredChannel[];
  readonly at: Timestamp;
};

/** A model that a device published, waiting to be instantiated. */
export type KeptModel = {
  readonly driver: string;
  readonly device: DeviceAddress;
  readonly externalId: string;
  readonly model: JsonObject;
  readonly at: Timestamp;
};

export type CommandRow = {
  readonly id: CommandId;
  readonly deviceId: DeviceId;
  readonly name: string;
  readonly parameters: JsonObject;
  readonly actor: Actor;
  readonly state: CommandState;
  readonly detail: string;
  /** What was sent, once it was. */
  readonly topic: string | null;
  /** Text, or `0x` and hex. */
  readonly payload: string | null;
  readonly requestedAt: Timestamp;
  readonly expiresAt: Timestamp;
  readonly settledAt: Timestamp | null;
  /** What the device said of it last, where its protocol lets it. */
  readonly answer: JsonObject | null;
};

/** A file that a device or a program handed in; its bytes lie in a folder, under its id. */
export type KeptFile = {
  readonly id: string;
  /** What it belongs to: `device:<id>` or `asset:<id>`. */
  readonly subject: string;
  /** Its name within that, and perhaps folders. */
  readonly path: string;
  /** Media type; "" where nobody said. */
  readonly type: string;
  readonly description: string;
  readonly bytes: number;
  readonly by: Actor;
  /** When its maker says that it was made. */
  readonly madeAt: Timestamp | null;
  readonly createdAt: Timestamp;
  readonly updatedAt: Timestamp;
  /** One more with each content. */
  readonly etag: number;
};

/** A message that was not taken, and why. Bounded by LIMIT.rejectedMessages. */
export type Rejected = {
  readonly id: string;
  readonly at: Timestamp;
  readonly agentId: string;
  readonly clientId: string;
  readonly driver: string;
  readonly topic: string;
  /** The first LIMIT.rejectedPayloadBytes, as text where it is UTF-8, else in hex. */
  readonly excerpt: string;
  readonly bytes: number;
  readonly code: ProblemCode;
  readonly detail: string;
  /** How often the same agent, topic and reason came in a row. */
  readonly times: number;
};

/**
 * Values whose time lay too far ahead of our clock, many on a sheet. Bounded by LIMIT.aheadBytes.
 */
export type AheadSheet = {
  readonly id: string;
  readonly values: number;
  /** About. */
  readonly bytes: number;
  /** The earliest and the latest of their times. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly readings: readonly AheadReading[];
};

/** As it was said; a value that JSON has no word for is in an object. */
export type AheadReading = readonly [
  driver: string,
  agent: AgentId,
  device: DeviceAddress,
  channel: ChannelName,
  at: number,
  value:
    | string
    | number
    | boolean
    | null
    | { readonly integer: string }
    | { readonly number: string },
  quality: Quality,
  word: number,
];

export type Setting = { readonly name: string; readonly value: JsonObject };
