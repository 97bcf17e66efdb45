import { openEmbeddedHistorian } from "../src/historian/embedded/embedded.ts";
import { ALL, batchOf, row } from "../src/historian/tale.ts";
import { silentLog } from "../src/lib/log.ts";
import { LATER, SIZES } from "./lost-pages.ts";

/*
 * Opens a damaged history, has a question meet the damage, and appends for ever. Says each sample
 * that was acknowledged: node mend-and-append.ts FOLDER
 */

const [, , folder = ""] = process.argv;
const opened = await openEmbeddedHistorian({ folder, ...SIZES }, { log: silentLog });
if (!opened.ok) throw new Error(JSON.stringify(opened));
const historian = opened.value;
for (const series of [1, 2, 3, 4, 5, 6, 7, 8]) {
  await historian.range({ series, ...ALL }).catch(() => {});
}
for (let number = 0; ; number += 1) {
  await historian.append(batchOf([row(30, LATER + number, number)])).then(
    () => console.log(number),
    () => {},
  );
}
