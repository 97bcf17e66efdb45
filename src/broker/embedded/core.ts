import type { Slices } from "../../lib/slices.ts";
import type { BrokerParts } from "../broker.ts";
import type { Archive } from "./archive.ts";
import type { BackPressure } from "./back-pressure.ts";
import type { Connection } from "./connection.ts";
import type { Intake } from "./intake.ts";
import type { Replays } from "./replays.ts";
import type { RetainedStore } from "./retained-store.ts";
import type { RoutedMessage } from "./routed-message.ts";
import type { Sessions } from "./sessions.ts";
import type { AllSubscriptions } from "./shared.ts";
import type { TakeOvers } from "./take-overs.ts";
import type { Troubles } from "./troubles.ts";
import type { Turnstile } from "./turnstile.ts";

/** What the broker tells of itself: see system-topics.ts. */
type OwnFigures = {
  readonly under: (filter: string) => readonly RoutedMessage[];
  readonly say: () => void;
};

/** What the handlers of packets share. */
export type Core = {
  readonly parts: BrokerParts;
  readonly connections: Set<Connection>;
  readonly sessions: Sessions;
  /** Sessions on disk; null where nothing outlives this process. */
  readonly archive: Archive | null;
  readonly subscriptions: AllSubscriptions;
  readonly retained: RetainedStore;
  readonly replays: Pick<Replays, "begin" | "resume">;
  readonly system: OwnFigures;
  readonly intake: Intake;
  readonly takeOvers: TakeOvers;
  readonly turnstile: Turnstile;
  readonly troubles: Troubles;
  readonly backPressure: BackPressure;
  /** Connections that end: a switch that fails takes thousands with it at once. */
  readonly endings: Slices<() => void>;
  /** How often the house changed its mind about somebody: what it said before is out of date. */
  readonly verdicts: { count: number };
};
