import { comesAndGoes } from "./connect-cycles.ts";

comesAndGoes(2_000);
