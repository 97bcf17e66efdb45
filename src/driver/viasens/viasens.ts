import type { Driver } from "../driver.ts";
import { catalogue } from "./catalogue.ts";
import { decode } from "./decode.ts";
import { encode } from "./encode.ts";
import { answersOrders, checkTopics } from "./extension.ts";
import { idleBits, reportingOf, sensorOf } from "./reporting.ts";
import { controlTopic, FILTERS, networkOf } from "./topics.ts";
import { twin } from "./twin.ts";

/** The SAUTER viaSens smart sensor mesh network. */
export const viasens: Driver = {
  id: "viasens",
  title: "SAUTER viaSens",
  spec: "MQTT data spec 1.8",
  listensTo: FILTERS,
  catalogue,
  decode,
  // Section A.5 of our reference: whoever wrote these does not keep to the specification.
  strictly: [
    "W_TRAILING_COMMA",
    "W_TRAILING_NUL",
    "W_FIELD_UNKNOWN",
    "W_NUMERIC_STRING",
    "W_ROUNDED",
    "W_COLOR_PADDED",
  ],
  encode,
  networkOf,
  reportingOf,
  idleBits,
  sensorOf,
  checkTopics,
  answersOrders,
  passingTopic: controlTopic,
  twin,
};
