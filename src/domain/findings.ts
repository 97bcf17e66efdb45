import type { JsonObject } from "../lib/json.ts";
import type { ChannelName, CommandId, DeviceAddress, Timestamp } from "./brand.ts";
import type { AspectType, AssetType, DataType, Variable } from "./catalogue.ts";
import type { CommandStep } from "./command.ts";
import type { Quality, Value } from "./reading.ts";
import type { ToldEvent, ToldFile } from "./told.ts";

/** What a message tells the house besides readings. */
export type Finding =
  /** The device's list of its channels. Where it is whole, what is missing from it is retired. */
  | {
      readonly kind: "channels";
      readonly device: DeviceAddress;
      readonly isWhole: boolean;
      readonly channels: readonly DeclaredChannel[];
    }
  /** A model to be kept under `externalId` for later use. */
  | {
      readonly kind: "model";
      readonly device: DeviceAddress;
      /** The sender's own, as it came: the answer repeats it. */
      readonly requestId: string | number;
      readonly externalId: string;
      readonly model: JsonObject;
      /** What was tolerated: the sender learns of it with the answer. */
      readonly note?: string;
    }
  /** The wish that a kept model become assets and bindings. */
  | {
      readonly kind: "instantiate";
      readonly device: DeviceAddress;
      readonly requestId: string | number;
      readonly externalId: string;
      readonly parentAssetId: string | null;
      readonly parameters: Readonly<Record<string, string>>;
      /** It came with the wish: it is kept first. */
      readonly model?: JsonObject;
      readonly note?: string;
    }
  /** The wish to read the model that is kept under `externalId`. */
  | {
      readonly kind: "model-wanted";
      readonly device: DeviceAddress;
      readonly requestId: string | number;
      readonly externalId: string;
    }
  /** The wish for a token that opens the API for a while. */
  | {
      readonly kind: "token-wanted";
      readonly device: DeviceAddress;
      readonly requestId: string | number;
    }
  /** Things that happened at the device. */
  | {
      readonly kind: "events";
      readonly device: DeviceAddress;
      readonly events: readonly ToldEvent[];
    }
  /** Something that the device wants kept. */
  | { readonly kind: "file"; readonly device: DeviceAddress; readonly file: ToldFile }
  /** How far the device is with the command that it knows under this id. */
  | {
      readonly kind: "progress";
      readonly device: DeviceAddress;
      readonly command: CommandId;
      readonly step: CommandStep;
      /** What it said, in its own words. */
      readonly answer: JsonObject;
    }
  /** A device obeyed, or says that it could not; what it was asked it does not say. */
  | {
      readonly kind: "confirmation";
      readonly device: DeviceAddress;
      readonly done: boolean;
      /** In its own words. */
      readonly answer?: JsonObject;
    }
  /** Which version of its protocol's interface a device speaks, in the protocol's own words. */
  | { readonly kind: "firmware"; readonly device: DeviceAddress; readonly api: string }
  /** A network, named as its devices' addresses begin, is there or, by its will, is not. */
  | { readonly kind: "presence"; readonly device: DeviceAddress; readonly isHere: boolean }
  /** Somebody told a device settings that stay; null: what was kept for it is no more. */
  | {
      readonly kind: "order";
      readonly device: DeviceAddress;
      readonly command: string;
      readonly parameters: JsonObject | null;
    }
  /** A message's number in the row of its sender: one more each time, and 0 after 255. */
  | {
      readonly kind: "sequence";
      readonly device: DeviceAddress;
      readonly number: number;
      /** The row begins here, whatever was before. */
      readonly starts: boolean;
      /** Of a row that starts: which session of the sender it belongs to. */
      readonly session: number | null;
      /** When the sender said it, by its own clock. */
      readonly saidAt?: Timestamp;
    }
  /** The device has left: what it said last is no longer so. */
  | {
      readonly kind: "gone";
      readonly device: DeviceAddress;
      /** With all devices whose addresses begin with its own and a `/`. */
      readonly below: boolean;
      /** The session that is over; one that began later goes on. Null: whichever it is. */
      readonly session: number | null;
      /** When it left, by its own clock; now, where nobody says it. */
      readonly leftAt?: Timestamp;
    };

export type DeclaredChannel = {
  readonly channel: ChannelName;
  readonly dataType: DataType;
  readonly unit?: string;
  /** A number that the device will use instead of the name. */
  readonly alias?: number;
  /** How the device writes it, in its driver's word, where its messages do not say it again. */
  readonly form?: string;
  /** What else the device says of it, in its own words, to be read by people. */
  readonly properties?: Readonly<Record<string, string>>;
};

/** A model in our words, ready to become types, assets and bindings. */
export type Declaration = {
  readonly aspectTypes: readonly AspectType[];
  readonly assetTypes: readonly AssetType[];
  readonly assets: readonly DeclaredAsset[];
  readonly bindings: readonly DeclaredBinding[];
};

export type DeclaredAsset = {
  /** Names the asset within the declaration, and again when the same model comes a second time. */
  readonly reference: string;
  /** Another asset's reference, `root`, an id of ours, or null: below the device's own asset. */
  readonly parent: string | null;
  readonly typeId: string;
  readonly name: string;
  readonly description: string;
};

export type DeclaredBinding = {
  readonly channel: ChannelName;
  /** `reference` of a declared asset, or an id of ours. */
  readonly asset: string;
  readonly aspect: string;
  /** Where its type is not part of the declaration, only the name counts. */
  readonly variable: Variable;
};

/** An oddity that was tolerated; counted and shown in the device's diagnostics. */
export type Warning = { readonly code: string; readonly detail: string };

/** What messages told the house. A driver writes, ingest reads; readings in their order. */
export class Findings {
  readonly others: Finding[] = [];
  readonly warnings: Warning[] = [];
  /** Whose diagnostics show the warnings of a message that is no word of the device's own. */
  addressee: DeviceAddress | undefined;
  /** Written anew for each message: most bring as many as the one before, and so no garbage. */
  readonly #readings: Writable<Reading>[] = [];
  #count = 0;
  #device = NO_DEVICE;
  #at = 0;
  #isArrival = false;
  #isPast = false;
  #isLate = false;

  /** How many readings there are. */
  get count(): number {
    return this.#count;
  }

  /** Whether there are readings, and none of them is news: all were kept before they were told. */
  get areAllKept(): boolean {
    for (let place = 0; place < this.#count; place += 1) {
      const reading = this.#readings[place];
      if (!reading?.isPast && !reading?.isLate) return false;
    }
    return this.#count > 0;
  }

  /** The reading at this place. It holds until `clear`: whoever keeps it copies it. */
  at(place: number): Reading | undefined {
    return place < this.#count ? this.#readings[place] : undefined;
  }

  /** Copies of all of them, to be kept. */
  get readings(): Reading[] {
    return this.#readings.slice(0, this.#count).map((reading) => ({ ...reading }));
  }

  /** Whose readings follow, and of when by its own clock (milliseconds since the epoch). */
  about(device: DeviceAddress, at: number): this {
    this.#device = device;
    this.#at = at;
    this.#isArrival = false;
    this.#isPast = false;
    this.#isLate = false;
    return this;
  }

  /** Whose readings follow that says no time: they are of when their message arrived. */
  arrived(device: DeviceAddress, receivedAt: number): this {
    this.about(device, receivedAt).#isArrival = true;
    return this;
  }

  /** Whose readings follow that it has kept since then: history, and not what is so now. */
  past(device: DeviceAddress, at: number): this {
    this.about(device, at).#isPast = true;
    return this;
  }

  /** What follows was kept on its way, and says nothing of how its device is now. */
  late(): this {
    this.#isLate = true;
    return this;
  }

  /** `word`: the status word where it says more than the quality, see status-word.ts. */
  reading(channel: ChannelName, value: Value | null, quality: Quality, word = 0): void {
    const reading = this.#next();
    reading.device = this.#device;
    reading.channel = channel;
    reading.at = this.#at;
    reading.isArrival = this.#isArrival;
    reading.isPast = this.#isPast;
    reading.isLate = this.#isLate;
    reading.value = value;
    reading.quality = quality;
    reading.word = word;
  }

  /** A reading as somebody else has read it. */
  repeat(reading: Reading): void {
    Object.assign(this.#next(), reading);
  }

  /** Drops the readings from this place on: what fails half-way brings nothing. */
  rewind(count: number): void {
    for (let place = count; place < this.#count; place += 1) forget(this.#readings[place]);
    this.#count = count;
  }

  finding(finding: Finding): void {
    this.others.push(finding);
  }

  warning(code: string, detail: string): void {
    this.warnings.push({ code, detail });
  }

  /** Forgets everything, for the next message: a message that fails brings nothing. */
  clear(): void {
    this.rewind(0);
    if (this.#readings.length > SPARES_MAX) this.#readings.length = SPARES_MAX;
    // Truncating an array costs also where there is nothing in it.
    if (this.others.length > 0) this.others.length = 0;
    if (this.warnings.length > 0) this.warnings.length = 0;
    this.addressee = undefined;
  }

  #next(): Writable<Reading> {
    const place = this.#count;
    this.#count = place + 1;
    const spare = this.#readings[place];
    if (spare) return spare;
    const added = emptyReading();
    this.#readings.push(added);
    return added;
  }
}

/** What a device said: addressed by the device's own names. */
export type Reading = {
  readonly device: DeviceAddress;
  readonly channel: ChannelName;
  readonly at: number;
  /**
   * `at` is when the message arrived, for the device says no time. Two such readings are two, also
   * within one millisecond; two that a device stamped alike are one, said twice.
   */
  readonly isArrival: boolean;
  /** The device kept it and tells it now: it is history, whatever its time. */
  readonly isPast: boolean;
  /**
   * A gateway kept it while it could not send: a value like others, that says nothing of how the
   * device is now.
   */
  readonly isLate: boolean;
  readonly value: Value | null;
  readonly quality: Quality;
  /** What is said of the value beyond its quality; 0 for nothing, see status-word.ts. */
  readonly word: number;
};

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Messages of more readings are seldom. */
const SPARES_MAX = 256;
const NO_DEVICE = "" as DeviceAddress;
const NO_CHANNEL = "" as ChannelName;

/** One literal, and a time that is no small integer: so V8 writes a time in place ever after. */
function emptyReading(): Writable<Reading> {
  const [device, channel] = [NO_DEVICE, NO_CHANNEL];
  const at = Number.NaN;
  const when = { isArrival: false, isPast: false, isLate: false };
  return { device, channel, at, ...when, value: null, quality: "good", word: 0 };
}

/** Texts may be long: nothing holds on to them. */
function forget(reading: Writable<Reading> | undefined): void {
  if (!reading) return;
  reading.channel = NO_CHANNEL;
  reading.value = null;
}
