import { keepsItsWord } from "./durability.ts";
import { losesTheNewestOfSessions } from "./written-sessions.ts";

keepsItsWord({ kills: 200, cuts: 100 });
losesTheNewestOfSessions({ cuts: 100 });
