import {
  type Catalogue,
  type CommandType,
  PLAIN_ASPECT_TYPE,
  PLAIN_ASSET_TYPE,
} from "../../domain/catalogue.ts";
import type { JsonObject } from "../../lib/json.ts";
import { BASIC, MODE_CHOICES, RING } from "./ring.ts";
import { ANY_FLOAT, type Rule } from "./rule.ts";
import { SENSORS } from "./sensors.ts";
import { BLOCKS } from "./settings.ts";

/** viaSens 1.8 answers no order, so each of them ends when it is sent. */
const COMMAND_TYPES: readonly CommandType[] = [
  {
    name: "led-ring",
    title: "Play an animation on the LED ring",
    kind: "act",
    parameters: {
      ...objectOf({
        mode: schemaOf({ ...RING.mode, choices: MODE_CHOICES }),
        duration: schemaOf(RING.duration),
        speed: schemaOf(RING.speed),
        colors: {
          title: "Colours",
          description: "Most animations use the first one or two; some have colours of their own.",
          type: "array",
          items: { type: "string", pattern: "^(0[xX]|#)[0-9A-Fa-f]{6}$" },
          minItems: 1,
          maxItems: 3,
          default: ["0x0000FF", "0x00FF00", "0xFF0000"],
        },
      }),
      ...unlessClear("mode", -1, ["duration", "speed", "colors"]),
    },
    endsAt: "sent",
  },
  {
    name: "led-ring-basic",
    title: "Show a pattern on the LED ring",
    kind: "act",
    parameters: {
      ...objectOf({
        pattern: schemaOf(BASIC.pattern),
        colors: {
          title: "Colours",
          description: BASIC.colour.description,
          type: "array",
          items: schemaOf(BASIC.colour),
          minItems: 2,
          maxItems: 2,
          default: [12, 48],
        },
        period: schemaOf(BASIC.period),
        "duty-cycle": schemaOf(BASIC.dutyCycle),
      }),
      ...unlessClear("pattern", 1, ["colors", "period", "duty-cycle"]),
    },
    endsAt: "sent",
  },
  {
    name: "sensors-config",
    title: "Configure the sensors",
    kind: "configure",
    parameters: objectOf(
      Object.fromEntries(
        BLOCKS.map(({ key, title, rules }) => {
          const fields = Object.fromEntries(rules.map((rule) => [rule.key, schemaOf(rule)]));
          return [key, { title, ...objectOf(fields) }];
        }),
      ),
    ),
    endsAt: "sent",
  },
];

export const catalogue: Catalogue = {
  aspectTypes: SENSORS.map(({ type, variable }) => {
    return {
      ...PLAIN_ASPECT_TYPE,
      id: `viasens.${type}`,
      name: variable.name,
      variables: [variable],
    };
  }),
  assetTypes: [
    {
      ...PLAIN_ASSET_TYPE,
      id: "viasens.node",
      name: "viaSens node",
      parentId: "core.basicasset",
      aspects: Object.fromEntries(SENSORS.map(({ type }) => [type, `viasens.${type}`])),
      commands: COMMAND_TYPES.map(({ name }) => name),
    },
  ],
  commandTypes: COMMAND_TYPES,
  channels: SENSORS.map(({ channel, type, variable }) => {
    return { channel, aspect: type, variable: variable.name };
  }),
};

/** `unit` is no word of JSON Schema's; forms show it, checks pass over it. */
function schemaOf(rule: Rule): JsonObject {
  const { title, description, unit, initial, choices } = rule;
  const [minimum, maximum] = rule.range;
  return {
    title,
    ...(description !== undefined && { description }),
    ...(unit !== undefined && { unit }),
    type: rule.fraction ? "number" : "integer",
    ...(minimum > ANY_FLOAT[0] && { minimum }),
    ...(maximum < ANY_FLOAT[1] && { maximum }),
    ...(choices && { oneOf: choices.map(([value, name]) => ({ const: value, title: name })) }),
    ...(initial !== undefined && { default: initial }),
  };
}

function objectOf(properties: JsonObject): JsonObject {
  return {
    type: "object",
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

/** To clear the ring, it is enough to say so. */
function unlessClear(key: string, clear: number, others: readonly string[]): JsonObject {
  return {
    required: [key],
    if: { properties: { [key]: { const: clear } } },
    else: { required: others },
  };
}
