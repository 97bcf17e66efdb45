import { hasNats } from "./external-peers.ts";
import { givesEachOfTwoSessionsAll } from "./two-sessions.ts";

givesEachOfTwoSessionsAll({ skip: hasNats ? false : "nats-server is not installed" });
