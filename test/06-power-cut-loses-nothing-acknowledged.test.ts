import { keepsItsWord } from "./durability.ts";
import { losesNothingOfSessions, losesTheNewestOfSessions } from "./power-cut-sessions.ts";

keepsItsWord({ kills: 10, cuts: 15 });
losesNothingOfSessions({ cuts: 15 });
losesTheNewestOfSessions({ cuts: 15 });
