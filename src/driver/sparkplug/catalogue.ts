import type { Catalogue } from "../../domain/catalogue.ts";
import { writeCommand } from "../write-command.ts";
import { TYPE_NUMBERS } from "./data-type.ts";

/** What can be written: data sets, templates, arrays and bytes only come from an edge. */
const WRITABLE = Object.keys(TYPE_NUMBERS).filter((name) => {
  return !/Array$|^(DataSet|Bytes|File|Template)$/.test(name);
});

/**
 * A device names its metrics in its birth, so there are no types here.
 */
export const catalogue: Catalogue = {
  aspectTypes: [],
  assetTypes: [],
  commandTypes: [
    writeCommand(WRITABLE),
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
