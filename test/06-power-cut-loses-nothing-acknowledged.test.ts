import { keepsItsWord } from "./durability.ts";

keepsItsWord({ kills: 10, cuts: 15 });
