import assert from "node:assert/strict";
import { test } from "node:test";
import { openEngines } from "../../test/engines.ts";
import type { AgentId, Timestamp } from "../domain/brand.ts";
import type { ReceivedMessage } from "../domain/message.ts";
import { drivers } from "../driver/registry.ts";
import { Gauges } from "../lib/gauge.ts";
import { silentLog as log } from "../lib/log.ts";
import { openIngest } from "./ingest.ts";

const NOW = Date.UTC(2026, 10, 22, 12) as Timestamp;

test("behind a newcomer, what is known is not stored one batch after the other", async (context) => {
  const { historian, store, close } = await openEngines();
  context.after(close);
  let onWay = 0;
  let most = 0;
  const ingest = await openIngest({
    ...{ drivers, store, gauges: new Gauges(), log },
    historian: {
      async append(samples) {
        onWay += 1;
        most = Math.max(most, onWay);
        const appended = await historian.append(samples);
        onWay -= 1;
        return appended;
      },
      latest: (series) => historian.latest(series),
      range: (query) => historian.range(query),
    },
    onStored: () => {},
    onChanged: () => {},
    send: async () => {},
    onConfirmed: () => {},
    record: async () => {},
    isDemo: () => false,
    now: () => NOW,
  });
  await ingest.receive([humidity(5, 0)]);
  const batches = [humidity(6, 1), ...[1, 2, 3, 4, 5, 6, 7, 8].map((value) => humidity(5, value))];
  await Promise.all(batches.map((message) => ingest.receive([message])));
  assert.ok(most > 1, "several are on their way");
  const [known] = ingest.devices();
  const series = (known && ingest.device(known.id)?.channels[0]?.series) ?? 0;
  const history = await historian.range({ series, from: 0, to: NOW + 100, limit: 100 });
  assert.deepEqual(Array.from(history.value), [0, 1, 2, 3, 4, 5, 6, 7, 8], "in their order");
});

function humidity(node: number, value: number): ReceivedMessage {
  const payload = Buffer.from(JSON.stringify({ type: "humid", payload: { humidity: value } }));
  const topic = `/sauter/viasens/12/${node}`;
  return { topic, payload, agent: "gateway" as AgentId, receivedAt: NOW, retain: false };
}
