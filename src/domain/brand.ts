declare const brand: unique symbol;

/** A plain value that the compiler will not confuse with another of the same shape. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Milliseconds since the Unix epoch. */
export type Timestamp = Brand<number, "Timestamp">;

/** An identity that may connect to the broker: a gateway, or a device that speaks for itself. */
export type AgentId = Brand<string, "AgentId">;

/** Our own name for a device, whatever its driver calls it. */
export type DeviceId = Brand<string, "DeviceId">;

/** How a driver names a device, for example `network-1/5`. Only that driver reads it. */
export type DeviceAddress = Brand<string, "DeviceAddress">;

/** How a driver names one value of a device, for example `temperature.temperature`. */
export type ChannelName = Brand<string, "ChannelName">;

export type AssetId = Brand<string, "AssetId">;

/** One remembered quantity of one asset. */
export type PointId = Brand<string, "PointId">;

/** The historian's number for what a point remembers: small, dense, never given out twice. */
export type Series = Brand<number, "Series">;

export type CommandId = Brand<string, "CommandId">;
export type UserId = Brand<string, "UserId">;
