import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";
import { LIMIT } from "../domain/limit.ts";

const house = await ApiHouse.open();
after(() => house.close());

test("an agent has a hundred models, and may publish each of them anew", async () => {
  const { models, rejected } = house.parts.store;
  for (let name = 0; name < LIMIT.modelsPerDevice; name += 1) await publish(`model-${name}`);
  await publish("model-0");
  assert.deepEqual(await rejected.find(), []);
  await publish("one more");
  assert.equal(await models.count(), LIMIT.modelsPerDevice);
  assert.deepEqual(
    (await rejected.find()).map(({ code }) => code),
    ["model_limit"],
  );
});

async function publish(externalId: string): Promise<void> {
  const typeModel = { aspectTypes: [], assetTypes: [] };
  const parts = { instanceModel: { assets: [] }, mappingModel: { mappings: [] } };
  const data = { externalId, typeModel, ...parts };
  await house.hear("tc/acme/acme_oven/o/amo_v3/m", { id: externalId, data });
}
