import { Type } from "typebox";
import { nullable, oneOf, Time } from "./schema.ts";

/** What agents hand in, and who lets them in. */

export const AuthoritySchema = Type.Object({
  id: Type.String(),
  tenant: Type.String(),
  name: Type.String(),
  /** SHA-256, in upper-case hex. */
  fingerprint: Type.String(),
  /** Unverified: it lets nobody in yet. */
  state: oneOf(["unverified", "verified"]),
  /** The common name of the certificate that shows who has the key. */
  registrationCode: Type.String(),
  certificatePem: Type.String(),
  expiresAt: Time,
  createdAt: Time,
  verifiedAt: nullable(Time),
});
export const CertificateBody = Type.Object({
  certificatePem: Type.String({ maxLength: 64 * 1024 }),
});
export const FileSchema = Type.Object({
  id: Type.String(),
  path: Type.String(),
  bytes: Type.Integer(),
  by: Type.String(),
  /** When its maker says that it was made. */
  madeAt: nullable(Time),
  updatedAt: Time,
});

/** What a device or a program told of an asset. */
export const AssetEventSchema = Type.Object({
  id: Type.String(),
  at: Time,
  typeId: Type.String(),
  correlationId: Type.String(),
  /** 20 error, 30 warning, 40 information. */
  severity: nullable(Type.Integer()),
  acknowledged: Type.Boolean(),
  description: Type.String(),
  fields: Type.Record(Type.String(), Type.Unknown()),
});
