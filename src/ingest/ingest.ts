import type { AgentId, AssetId, ChannelName, DeviceId } from "../domain/brand.ts";
import type { Variable } from "../domain/catalogue.ts";
import type { Actor } from "../domain/event.ts";
import type { Receive } from "../domain/link.ts";
import type { Channel, Device } from "../domain/model.ts";
import type { Problem } from "../domain/problem.ts";
import type { Outcome } from "../lib/outcome.ts";

/** The walk up: device -> broker -> driver -> series -> historian -> those who watch. */
export interface Ingest {
  readonly receive: Receive;

  /** What is known of a device from its messages since the start. */
  diagnostics(id: DeviceId): Diagnostics;
  /** A device with its channels, as ingest binds them now. */
  device(
    id: DeviceId,
  ): { readonly device: Device; readonly channels: readonly Channel[] } | undefined;
  devices(): readonly Device[];

  /** What is known of an agent from its messages since the start. */
  agentSeen(id: AgentId): AgentSeen;

  /** Makes the device an asset, or part of one; its history begins with its first message. */
  adopt(by: Actor, id: DeviceId, wish: Adoption): Promise<Outcome<AssetId, Problem>>;
  /** Asks no more about this device; its values are still kept. */
  ignore(by: Actor, id: DeviceId): Promise<Outcome<void, Problem>>;
}

export type Adoption = {
  readonly name?: string;
  readonly parentId?: AssetId | null;
  /** An asset that exists already and that the device belongs to. */
  readonly assetId?: AssetId;
  /** Where absent: all channels, as their proposals say. */
  readonly variables?: readonly (Variable & {
    readonly channel: ChannelName;
    readonly aspect?: string;
  })[];
};

export type AgentSeen = {
  readonly lastSeenAt: number | null;
  readonly messages: number;
  readonly rejected: number;
};

export type Diagnostics = {
  /** Null while it has been silent since the start. */
  readonly lastSeenAt: number | null;
  readonly messages: number;
  /** Oddities that were tolerated, newest first, each code once. */
  readonly warnings: readonly {
    readonly code: string;
    readonly detail: string;
    readonly times: number;
    readonly at: number;
  }[];
};
