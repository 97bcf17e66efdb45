import { survivesKillsWhileMending } from "./killed-while-mending.ts";
import { mendsLostPages } from "./lost-pages.ts";

mendsLostPages({ pages: 150, seed: 2 });
survivesKillsWhileMending({ kills: 40 });
