// Takes all of the workload in and says so; whoever started it kills it then, and measures how
// long the folder takes to open: reopen.ts '{"file":"…","folder":"…"}'.
import { openOurs } from "./ours.ts";
import { arrivalsOf, BATCH_ROWS, openWorkload } from "./workload.ts";

const { file, folder } = JSON.parse(process.argv[2] ?? "{}");
const historian = await openOurs({ folder });
for (const samples of arrivalsOf(openWorkload(file), BATCH_ROWS)) await historian.append(samples);
console.log("stored");
setInterval(() => {}, 1_000);
