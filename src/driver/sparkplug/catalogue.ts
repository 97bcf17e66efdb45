import type { Catalogue } from "../../domain/catalogue.ts";
import { TYPE_NUMBERS } from "./data-type.ts";

/** What can be written: data sets, templates, arrays and bytes only come from an edge. */
const WRITABLE = Object.keys(TYPE_NUMBERS).filter((name) => {
  return !/Array$|^(DataSet|Bytes|File|Template)$/.test(name);
});

/**
 * A device names its metrics in its birth, so there are no types here. Sparkplug has no answer to a
 * command but the value that changes, so a command ends when it is sent.
 */
export const catalogue: Catalogue = {
  aspectTypes: [],
  assetTypes: [],
  commandTypes: [
    {
      name: "write",
      title: "Write a metric",
      kind: "act",
      parameters: {
        type: "object",
        properties: {
          metric: {
            title: "Metric",
            description: "Its name as in the birth, with its folders.",
            type: "string",
            minLength: 1,
            maxLength: 500,
          },
          type: {
            title: "Data type",
            description: "The same as in the birth.",
            type: "string",
            enum: WRITABLE,
            default: "Double",
          },
          value: {
            title: "Value",
            description: "Whole numbers beyond 2^53 as text; times in ISO 8601.",
            type: ["number", "boolean", "string"],
          },
        },
        required: ["metric", "type", "value"],
        additionalProperties: false,
      },
      endsAt: "sent",
    },
    {
      name: "rebirth",
      title: "Ask for a new birth",
      kind: "act",
      parameters: { type: "object", properties: {}, additionalProperties: false },
      endsAt: "sent",
    },
  ],
  channels: [],
};
