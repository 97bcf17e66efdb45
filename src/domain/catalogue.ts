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
  /** A text that is a time (ISO 8601), or one of up to LIMIT.bigStringChars. Fallback: neither. */
  readonly text?: "timestamp" | "big";
  /** Characters that a text may have. Fallback: LIMIT.stringChars, or LIMIT.bigStringChars. */
  readonly length?: number;
  /** Samples come with a quality of their own, which is told with them. */
  readonly qualityCode?: boolean;
  /** Assets may be looked for by it: of static aspects. */
  readonly searchable?: boolean;
  /** What it is on an asset that says nothing else: of static aspects, in text. */
  readonly defaultValue?: string;
  /** It only ever grows, such as an energy register: screens show its increase. */
  readonly counter?: boolean;
  /** Where it goes on from 0 by itself, as its maker says: less than before is then no reset. */
  readonly rollover?: number;
  /** Older than this it is no longer shown as live. Fallback: LIMIT.freshnessMs. */
  readonly freshnessMs?: number;
  /**
   * It was kept when names, types and units were all that was kept: what it does not say, its
   * device may have said. True until it is said anew.
   */
  readonly isEarly?: boolean;
};

/** A named group of variables that asset types share. */
export type AspectType = {
  readonly id: string;
  readonly name: string;
  readonly variables: readonly Variable[];
  /** `static`: what people write down once and that has no history. */
  readonly category: "static" | "dynamic";
  readonly description: string;
  /** Counts changes, so that nobody undoes what he has not seen. */
  readonly version: number;
};

/** What an aspect type is where nobody says otherwise. */
export const PLAIN_ASPECT_TYPE = { category: "dynamic", description: "", version: 0 } as const;

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
  readonly description: string;
  /** Whether assets can be of this very type, and not only of types below it. */
  readonly instantiable: boolean;
  /** What its assets say of themselves, without an aspect; static. */
  readonly variables: readonly Variable[];
  /** Keyword to the id of a file that each of its assets has. */
  readonly files: Readonly<Record<string, string>>;
  /** Counts changes, so that nobody undoes what he has not seen. */
  readonly version: number;
};

/** What an asset type is where nobody says otherwise. */
export const PLAIN_ASSET_TYPE = {
  ...{ commands: [], description: "", instantiable: true, variables: [], files: {}, version: 0 },
} as const;

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
