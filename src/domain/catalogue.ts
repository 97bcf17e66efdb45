import type { JsonObject } from "../lib/json.ts";
import type { ChannelName } from "./brand.ts";

export const DATA_TYPES = ["boolean", "integer", "number", "string"] as const;
export type DataType = (typeof DATA_TYPES)[number];

/** The definition of one quantity. A point is a variable on a real asset. */
export type Variable = {
  readonly name: string;
  readonly dataType: DataType;
  readonly unit?: string;
  /** The scale that a screen draws the value on. */
  readonly range?: readonly [low: number, high: number];
  /** Where the value should be; drawn as a band on the scale. */
  readonly normal?: readonly [low: number, high: number];
  /** Digits after the point, so that figures do not jump. */
  readonly decimals?: number;
  /** An integer of 32 bits with a sign: what does not fit is refused. Others have 64 bits. */
  readonly int32?: boolean;
  /** Words for values, for example `{ "1": "Vacant", "4": "Occupied" }`. */
  readonly states?: Readonly<Record<string, string>>;
  /** The value is a bit mask: what each bit says when it is 1, bit 0 first. */
  readonly bits?: readonly string[];
  /** It only ever grows, such as an energy register: screens show its increase. */
  readonly counter?: boolean;
  /** Older than this it is no longer shown as live. Fallback: LIMIT.freshnessMs. */
  readonly freshnessMs?: number;
};

/** A named group of variables that asset types share. */
export type AspectType = {
  readonly id: string;
  readonly name: string;
  readonly variables: readonly Variable[];
};

/** What a device can be told. `act` passes; `configure` stays until it is told otherwise. */
export type CommandType = {
  readonly name: string;
  readonly title: string;
  readonly kind: "act" | "configure";
  /** JSON Schema: the server checks with it and the screens draw their forms from it. */
  readonly parameters: JsonObject;
  /** What the protocol can tell about the outcome: viaSens 1.8 has no answer, so `sent`. */
  readonly endsAt: "sent" | "confirmed";
  /**
   * It waits for a device that is away, in its turn and also over a restart, until its time is
   * over. What is not kept is dropped soon: nobody expects it any more.
   */
  readonly isKept?: boolean;
};

export type AssetType = {
  readonly id: string;
  readonly name: string;
  readonly parentId: string;
  /** Aspect name to aspect type id. */
  readonly aspects: Readonly<Record<string, string>>;
  readonly commands: readonly string[];
};

/** Where a channel goes when a new device is adopted without further ado. */
type ChannelHome = {
  readonly channel: ChannelName;
  readonly aspect: string;
  readonly variable: string;
};

/** Everything that a driver brings to the model, as data. */
export type Catalogue = {
  readonly aspectTypes: readonly AspectType[];
  readonly assetTypes: readonly AssetType[];
  readonly commandTypes: readonly CommandType[];
  readonly channels: readonly ChannelHome[];
};

export const EMPTY_CATALOGUE: Catalogue = {
  aspectTypes: [],
  assetTypes: [],
  commandTypes: [],
  channels: [],
};
