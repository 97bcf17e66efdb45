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
  readonly location: Location | null;
  /** Of its calendar, as an IANA name; null: the house's. */
  readonly timezone: string | null;
  readonly twinType: "performance" | "simulation";
  /** What people wrote down: aspect to variable to text; under "" what belongs to no aspect. */
  readonly statics: Statics;
  /** Keyword to the id of a file. */
  readonly files: Readonly<Record<string, string>>;
  /** Counts changes, so that nobody undoes what he has not seen. */
  readonly version: number;
};

/** What an asset is where nobody says otherwise. */
export const PLAIN_ASSET = {
  ...{ description: "", externalId: null, demo: false, location: null, timezone: null },
  ...{ twinType: "performance" as const, statics: {}, files: {}, version: 0 },
} as const;

/** Where an asset stands; degrees in WGS 84. */
type Location = {
  readonly country?: string;
  readonly region?: string;
  readonly locality?: string;
  readonly streetAddress?: string;
  readonly postalCode?: string;
  readonly longitude?: number;
  readonly latitude?: number;
};

type Statics = Readonly<Record<string, Readonly<Record<string, string>>>>;

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
