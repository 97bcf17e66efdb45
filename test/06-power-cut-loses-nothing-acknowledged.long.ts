import { keepsItsWord } from "./durability.ts";

keepsItsWord({ kills: 200, cuts: 100 });
