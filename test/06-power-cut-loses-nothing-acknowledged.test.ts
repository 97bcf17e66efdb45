import { keepsItsWord } from "./durability.ts";
import { losesTheNewestOfSessions } from "./written-sessions.ts";

keepsItsWord({ kills: 10, cuts: 15 });
losesTheNewestOfSessions({ cuts: 15 });
