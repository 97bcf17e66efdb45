import { mendsLostPages } from "./lost-pages.ts";

mendsLostPages({ pages: 150, seed: 2 });
