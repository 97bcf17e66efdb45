import type { Driver } from "../driver.ts";
import { answer, refuse } from "./answer.ts";
import { catalogue } from "./catalogue.ts";
import { decode } from "./decode.ts";
import { encode } from "./encode.ts";
import { declare } from "./model.ts";
import { OUTBOUND_FILTERS } from "./topics.ts";
import { twin } from "./twin.ts";

/** Agents of Siemens MindSphere, now Insights Hub. */
export const mindsphere: Driver = {
  id: "mindsphere",
  title: "MindSphere",
  spec: "MindConnect MQTT v3",
  listensTo: OUTBOUND_FILTERS,
  catalogue,
  decode,
  // Its documents show JSON that is none; a strict house takes JSON alone.
  strictly: ["W_TRAILING_COMMA"],
  encode,
  declare,
  answer,
  refuse,
  twin,
};
