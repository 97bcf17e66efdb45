import { mendsLostPages } from "./lost-pages.ts";

mendsLostPages({ pages: 3, seed: 1 });
