import { EMPTY_CATALOGUE } from "../../domain/catalogue.ts";

/** Empty: nobody has described these devices. */
export const catalogue = EMPTY_CATALOGUE;
