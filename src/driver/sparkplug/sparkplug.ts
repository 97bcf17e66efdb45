import type { Driver } from "../driver.ts";
import { announce } from "./announce.ts";
import { answer, refuse } from "./answer.ts";
import { catalogue } from "./catalogue.ts";
import { decode } from "./decode.ts";
import { encode } from "./encode.ts";
import { EDGE_FILTERS } from "./topics.ts";
import { twin } from "./twin.ts";

/** Edge nodes and devices that speak Sparkplug B; the house is their host application. */
export const sparkplug: Driver = {
  id: "sparkplug",
  title: "Sparkplug B",
  spec: "Eclipse Sparkplug 3.0.0, payload B",
  listensTo: EDGE_FILTERS,
  keepsOrder: true,
  catalogue,
  decode,
  encode,
  answer,
  refuse,
  announce,
  twin,
};
