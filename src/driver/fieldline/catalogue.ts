import { EMPTY_CATALOGUE } from "../../domain/catalogue.ts";

/** Empty: a gateway lists the channels of its devices, and each goes where people put it. */
export const catalogue = EMPTY_CATALOGUE;
