import type { Agent } from "../domain/agent.ts";
import type { AssetEvent, EventType } from "../domain/asset-event.ts";
import type { Boarding } from "../domain/boarding.ts";
import type { AspectType, AssetType } from "../domain/catalogue.ts";
import type { CustomTopic } from "../domain/custom-topic.ts";
import type { Event } from "../domain/event.ts";
import type { Layout } from "../domain/frame.ts";
import type { Fitting } from "../domain/health.ts";
import type { Asset, Channel, Device, Point } from "../domain/model.ts";
import type { Firmware, NetworkTopics } from "../domain/network.ts";
import type {
  AgentChange,
  AheadSheet,
  CommandRow,
  Credential,
  Departure,
  KeptAnswer,
  KeptDeclaration,
  KeptFile,
  KeptModel,
  Rejected,
  Screen,
  Session,
  Setting,
  StatusWords,
  TenantAuthority,
  Token,
  User,
} from "../domain/records.ts";
import type { Layer, Overheard, Rollout, RolloutStep, Template } from "../domain/settings.ts";
import type { Held } from "../lib/held.ts";

/** Remembers what is not a time series: the model, who may do what, and what happened. */
export interface Store {
  readonly assets: Shelf<Asset>;
  readonly assetTypes: Shelf<AssetType>;
  readonly aspectTypes: Shelf<AspectType>;
  readonly points: Shelf<Point>;
  readonly devices: Shelf<Device>;
  readonly channels: Shelf<Channel>;
  readonly statusSeries: Shelf<StatusWords>;
  readonly models: Shelf<KeptModel>;
  readonly answers: Shelf<KeptAnswer>;
  readonly declarations: Shelf<KeptDeclaration>;
  readonly layouts: Shelf<Layout>;
  readonly customTopics: Shelf<CustomTopic>;
  readonly networkTopics: Shelf<NetworkTopics>;
  readonly firmware: Shelf<Firmware>;
  readonly fittings: Shelf<Fitting>;
  readonly departures: Shelf<Departure>;
  readonly templates: Shelf<Template>;
  readonly layers: Shelf<Layer>;
  readonly rollouts: Shelf<Rollout>;
  readonly rolloutSteps: Shelf<RolloutStep>;
  readonly overheard: Shelf<Overheard>;
  readonly agents: Shelf<Agent>;
  /** Which agents changed, or went, in which order: the store itself puts them, and nobody else. */
  readonly agentChanges: Shelf<AgentChange>;
  readonly credentials: Shelf<Credential>;
  readonly authorities: Shelf<TenantAuthority>;
  readonly boardings: Shelf<Boarding>;
  readonly users: Shelf<User>;
  readonly sessions: Shelf<Session>;
  readonly tokens: Shelf<Token>;
  readonly screens: Shelf<Screen>;
  readonly commands: Shelf<CommandRow>;
  readonly files: Shelf<KeptFile>;
  readonly rejected: Shelf<Rejected>;
  readonly aheadSheets: Shelf<AheadSheet>;
  readonly assetEvents: Shelf<AssetEvent>;
  readonly eventTypes: Shelf<EventType>;
  readonly events: Shelf<Event>;
  readonly settings: Shelf<Setting>;

  /** Series numbers that nobody has had before, in one step: ascending, from 1. */
  newSeries(count: number): Promise<readonly number[]>;

  /**
   * All or nothing, and durable when it settles. Work inside uses the same store; others see
   * nothing of it before that, and wait with their changes: do not wait for them inside. Within
   * another `together` it is a part of that one.
   */
  together<T>(work: () => Promise<T>): Promise<T>;

  /** Its files as they are now, for a backup, where it is made of files. Changes go on. */
  readonly hold?: () => Promise<Held>;

  close(): Promise<void>;
}

/**
 * One kind of record. Every change is durable when it settles. What belongs to a row goes with it:
 * points with their asset, channels, fittings and departures with their device, credentials and
 * boardings with their agent, sessions with their user, layers with their asset or device; a device
 * whose asset goes returns to the inbox. A row that another one refers to must be there when the
 * change settles; else, or where a unique column is taken, the change rejects. Texts outside nested
 * values are kept as `keepable` makes them.
 */
export interface Shelf<Row> {
  get(key: Key): Promise<Row | undefined>;
  /** Rows whose columns equal all of `where`, in the order of the key unless told otherwise. */
  find(query?: Query<Row>): Promise<readonly Row[]>;
  /** The same with these columns alone, for whoever looks at very many. */
  pick<Column extends keyof Row & string>(
    columns: readonly Column[],
    query?: Query<Row>,
  ): Promise<readonly Pick<Row, Column>[]>;
  count(where?: Partial<Row>, within?: Span<Row>, search?: Search<Row>): Promise<number>;
  /** Inserts, or replaces the row of the same key. */
  put(...rows: readonly Row[]): Promise<void>;
  /** Returns how many there were. */
  remove(where: Partial<Row>, within?: Span<Row>): Promise<number>;
}

/** The primary key; composite keys in the order of the table. */
export type Key = string | number | readonly (string | number)[];

export type Query<Row> = {
  readonly where?: Partial<Row>;
  readonly within?: Span<Row>;
  readonly search?: Search<Row>;
  readonly member?: Member<Row>;
  readonly limit?: number;
  /** Leaves out so many first, for page numbers; `after` is faster. */
  readonly skip?: number;
  /** Newest key first. */
  readonly descending?: boolean;
  /** In the order of these columns, and of the key where they are equal. */
  readonly by?: readonly (keyof Row & string)[];
  /** Only rows behind that of this key, in the order asked for: how lists are paged. */
  readonly after?: Key;
};

/** Rows whose texts in these columns, taken together, hold every word; see `searchFor`. */
export type Search<Row> = {
  readonly columns: readonly (keyof Row & string)[];
  readonly words: string;
};

/** Rows whose nested column has a member of this name that is this text. */
export type Member<Row> = {
  readonly column: keyof Row & string;
  readonly name: string;
  readonly is: string;
};

/** Rows whose number in one column, such as a time, is at least `from` and less than `to`. */
export type Span<Row> = {
  readonly column: keyof Row & string;
  readonly from?: number;
  readonly to?: number;
};
