// An agent that says what it measures on a topic of its own, and the model that it declares.
export const TOPIC = "bakery/acme_oven/data";
export const MODEL = {
  externalId: "oven",
  typeModel: {
    aspectTypes: [
      {
        ...{ id: "acme.Air", name: "Air", category: "dynamic" },
        variables: [{ name: "moisture", dataType: "DOUBLE", unit: "%" }],
      },
    ],
    assetTypes: [
      {
        ...{ id: "acme.Oven", name: "Oven", parentTypeId: "core.basicasset" },
        aspects: [{ name: "Air", aspectTypeId: "acme.Air" }],
      },
    ],
  },
  instanceModel: { assets: [{ referenceId: "o", typeId: "acme.Oven", name: "Oven 1" }] },
  mappingModel: { mappings: [] },
};
