import { openEmbeddedBroker } from "../src/broker/embedded/embedded.ts";
import type { AgentId } from "../src/domain/brand.ts";
import { systemClock } from "../src/lib/clock.ts";
import { Gauges } from "../src/lib/gauge.ts";
import { silentLog } from "../src/lib/log.ts";
import { success } from "../src/lib/outcome.ts";

// Our broker without the house around it, beside brokers that have none either; prints its port.
const rights = { publish: ["#"], subscribe: ["#"] };
const broker = await openEmbeddedBroker(
  { mqtt: { host: "127.0.0.1", port: 0 }, mqtts: null },
  {
    admit: async ({ clientId }) => success({ agent: clientId as AgentId, rights }),
    receive: async () => {},
    onPresence: () => {},
    onSubscribed: () => {},
    onRefused: () => {},
    ...{ clock: systemClock, gauges: new Gauges(), log: silentLog },
  },
);
console.log(broker.ok ? broker.value.ports.mqtt : broker.problem.detail);
