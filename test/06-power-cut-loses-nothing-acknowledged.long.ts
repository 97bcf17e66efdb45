import { keepsItsWord } from "./durability.ts";
import { losesNothingOfSessions, losesTheNewestOfSessions } from "./power-cut-sessions.ts";

keepsItsWord({ kills: 200, cuts: 100 });
losesNothingOfSessions({ cuts: 100 });
losesTheNewestOfSessions({ cuts: 100 });
