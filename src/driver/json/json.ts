import type { Driver } from "../driver.ts";
import { catalogue } from "./catalogue.ts";
import { decode } from "./decode.ts";
import { encode } from "./encode.ts";
import { ANY_TOPIC } from "./topics.ts";
import { twin } from "./twin.ts";

/** Devices that nobody has described: JSON, numbers, texts, and bytes that a layout explains. */
export const json: Driver = {
  id: "json",
  title: "Plain device",
  spec: "JSON (RFC 8259), SenML (RFC 8428), plain text; layouts for bytes",
  listensTo: ANY_TOPIC,
  takesTheRest: true,
  keepsWords: true,
  catalogue,
  decode,
  encode,
  twin,
};
