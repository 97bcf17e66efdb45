import { type Catalogue, EMPTY_CATALOGUE } from "../../domain/catalogue.ts";

/** The one command of an agent: what it means is agreed between its maker and its owner. */
export const COMMAND = "command";

/** Almost empty: an agent brings its own types, in its model. */
export const catalogue: Catalogue = {
  ...EMPTY_CATALOGUE,
  commandTypes: [
    {
      name: COMMAND,
      title: "Command",
      kind: "act",
      parameters: {
        type: "object",
        additionalProperties: false,
        required: ["payload"],
        properties: {
          payload: {
            type: "object",
            title: "Payload",
            description:
              "What the agent's program understands, as a JSON object of names and values",
            default: {},
          },
          jobId: {
            type: "string",
            title: "Job",
            description:
              "Commands to several agents that belong together; empty for one of its own",
            maxLength: 64,
          },
        },
      },
      endsAt: "confirmed",
      isKept: true,
    },
  ],
};
