import type { Driver } from "../driver.ts";
import { catalogue } from "./catalogue.ts";
import { decode } from "./decode.ts";
import { encode } from "./encode.ts";
import { DEVICE_FILTERS } from "./topics.ts";
import { twin } from "./twin.ts";

/** Devices behind an edge that speaks SCorp-io's own JSON over MQTT. */
export const scorpIo: Driver = {
  id: "scorp-io",
  title: "SCorp-io",
  spec: "SCorp-io MQTTS guide, DBIRTH and DDATA in JSON",
  listensTo: DEVICE_FILTERS,
  catalogue,
  decode,
  encode,
  twin,
};
