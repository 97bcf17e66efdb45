import type { CommandType } from "../domain/catalogue.ts";

/**
 * The command of protocols whose devices name their metrics themselves. None of them has an answer
 * to it but the value that changes, so it ends when it is sent.
 */
export function writeCommand(types: readonly string[]): CommandType {
  return {
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
          enum: [...types],
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
  };
}
