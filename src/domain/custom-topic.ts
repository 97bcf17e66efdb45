import type { AgentId, AssetId, ChannelName, DeviceAddress } from "./brand.ts";

/** A topic of an agent's own, on which it says whatever it likes as JSON. */
export type CustomTopic = {
  readonly id: string;
  readonly agentId: AgentId;
  /** Without wildcards; no other agent has it. */
  readonly topic: string;
  /** Whose readings its messages bring, and which driver reads them. */
  readonly driver: string;
  readonly device: DeviceAddress;
  /** One more with each change. */
  readonly etag: number;
  readonly mappings: readonly TopicMapping[];
};

/** Where a variable's values stand in the messages; both expressions are JSON queries. */
export type TopicMapping = {
  readonly id: string;
  /** What the values are called as the device's own. */
  readonly channel: ChannelName;
  readonly assetId: AssetId;
  readonly aspect: string;
  readonly variable: string;
  readonly value: string;
  /** Of ISO 8601 times; null: the message's arrival counts. */
  readonly time: string | null;
};
