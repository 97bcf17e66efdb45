import { EMPTY_CATALOGUE } from "../../domain/catalogue.ts";

/** Empty: a device lists its own metrics in its DBIRTH. */
export const catalogue = EMPTY_CATALOGUE;
