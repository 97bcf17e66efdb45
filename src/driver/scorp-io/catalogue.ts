import { type Catalogue, EMPTY_CATALOGUE } from "../../domain/catalogue.ts";
import { writeCommand } from "../write-command.ts";
import { TYPE_NAMES } from "./literal.ts";

/** A device lists its own metrics in its DBIRTH, so there are no types here. */
export const catalogue: Catalogue = {
  ...EMPTY_CATALOGUE,
  commandTypes: [writeCommand(TYPE_NAMES)],
};
