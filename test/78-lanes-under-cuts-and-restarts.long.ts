import { test } from "node:test";
import { inFolder } from "../src/historian/tale.ts";
import { trace } from "./lanes-tale.ts";

for (let seed = 100; seed < 200; seed += 1) {
  test(`cuts, lost acknowledgements and restarts leave the server with all of it (${seed})`, () =>
    inFolder((folder) => trace(folder, seed)));
}
