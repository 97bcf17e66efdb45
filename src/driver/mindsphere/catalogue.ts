import { EMPTY_CATALOGUE } from "../../domain/catalogue.ts";

/** Empty: an agent brings its own types, in its model. */
export const catalogue = EMPTY_CATALOGUE;
