import type { Driver } from "../driver.ts";
import { catalogue } from "./catalogue.ts";
import { decode } from "./decode.ts";
import { encode } from "./encode.ts";
import { DEVICE_FILTERS } from "./topics.ts";
import { twin } from "./twin.ts";

/** What a Fieldline gateway says of the devices below it, without losing anything on the way. */
export const fieldline: Driver = {
  id: "fieldline",
  title: "Fieldline gateway",
  spec: "Fieldline gateway, version 1.4",
  listensTo: DEVICE_FILTERS,
  catalogue,
  decode,
  encode,
  twin,
};
