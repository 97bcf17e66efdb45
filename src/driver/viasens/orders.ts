import type { DeviceAddress } from "../../domain/brand.ts";
import type { Problem } from "../../domain/problem.ts";
import type { JsonObject } from "../../lib/json.ts";
import type { Outcome } from "../../lib/outcome.ts";
import { readBasic, readRing } from "./ring.ts";
import type { Reader } from "./rule.ts";
import { readSettings } from "./settings.ts";
import { configureTopic, controlTopic } from "./topics.ts";

/** One kind of message that a node obeys. */
export type Order = {
  readonly leaf: "configure" | "control";
  readonly topicOf: (device: DeviceAddress) => string;
  /**
   * A gateway that restarts learns its nodes' settings from what the broker kept; a kept animation
   * would start again at each of its reconnects.
   */
  readonly retain: boolean;
  /** Gives the payload as we would send it. */
  readonly read: (payload: JsonObject, reader: Reader) => Outcome<JsonObject, Problem>;
};

export const SETTINGS_TYPE = "sensors-config";

const control = { leaf: "control", topicOf: controlTopic, retain: false } as const;

export const ORDERS: ReadonlyMap<string, Order> = new Map<string, Order>([
  ["led-ring", { ...control, read: readRing }],
  ["led-ring-basic", { ...control, read: readBasic }],
  [SETTINGS_TYPE, { leaf: "configure", topicOf: configureTopic, retain: true, read: readSettings }],
]);
