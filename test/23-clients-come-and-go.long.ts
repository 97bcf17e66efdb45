import { comesAndGoes } from "./connect-cycles.ts";

comesAndGoes(100_000);
