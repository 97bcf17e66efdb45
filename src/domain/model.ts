import type {
  AgentId,
  AssetId,
  ChannelName,
  DeviceAddress,
  DeviceId,
  PointId,
  Series,
  Timestamp,
} from "./brand.ts";
import type { DataType, Variable } from "./catalogue.ts";

/** A thing that people care about; they form a tree whose root is the site. */
export type Asset = {
  readonly id: AssetId;
  readonly parentId: AssetId | null;
  readonly typeId: string;
  readonly name: string;
  readonly description: string;
  /** The other system's key for it (`externalId` of MindSphere), or null. */
  readonly externalId: string | null;
  /** Part of the demo plant: removed with it. */
  readonly demo: boolean;
  readonly createdAt: Timestamp;
};

/** One remembered quantity of one asset: what a screen shows and the historian keeps. */
export type Point = {
  readonly id: PointId;
  readonly assetId: AssetId;
  readonly aspect: string;
  readonly variable: Variable;
  readonly series: Series;
};

/** A thing that speaks, known from its first message on. */
export type Device = {
  readonly id: DeviceId;
  readonly driver: string;
  readonly address: DeviceAddress;
  /** The agent whose connection it was last heard on. */
  readonly agentId: AgentId;
  readonly name: string;
  /** Null while it waits in the inbox. */
  readonly assetId: AssetId | null;
  /** Dismissed in the inbox: its values are kept, nobody is asked again. */
  readonly ignored: boolean;
  readonly demo: boolean;
  readonly firstSeenAt: Timestamp;
};

/**
 * One value of a device and the series it feeds. The series exists from the first value on, so a
 * history begins with the first message, however late the device is adopted.
 */
export type Channel = {
  readonly deviceId: DeviceId;
  readonly name: ChannelName;
  readonly series: Series;
  readonly dataType: DataType;
  /** What the device or its driver says of it; adoption starts from here. */
  readonly proposal: Variable;
  /** The device no longer declares it; its history stays. */
  readonly retired: boolean;
};
