// A process that appends batches from <first> on until it is killed, or ends by itself after <enough>
// of them without closing anything. It says what was acknowledged, one number a line:
// append-for-ever.ts <folder> <first> <enough> [hurried|forgetful|patient|lasting|written] [gateway]. The compiled
// historian, as it is delivered; hurried: the engine without its thread, which then never has a quiet
// moment; forgetful: old batches are deleted on the way, said as "deleting <number>" and "deleted
// <number>"; patient: what is refused is said as "refused <number>", and the next one is tried; lasting:
// the same for as long as it lives, and "trouble" and "fine" when the disk fails the history and when
// that is over; written: what the operating system has is said, whether the disk has it or not; gateway:
// the historian of that profile, in the main thread.
import { setImmediate as nextTurn } from "node:timers/promises";
import { QUIET } from "../src/historian/embedded/engine/quiet-tale.ts";
import { diskFiles } from "../src/historian/embedded/log/files.ts";
import { silentLog } from "../src/lib/log.ts";
import { batch, rangesOf } from "./batches.ts";
import { say } from "./say.ts";

/** So small that what happens in a month happens in a second. */
const MEMORY = { rowsFirst: 2_000, rowsMax: 2_000 };
const SIZES = { ...MEMORY, segmentBytes: 32_768, chunkSamples: 64, outboxBytes: 1e9 };
/** Appends that wait at the same time, to share writes. */
const LANES = 4;
const COMPILED = new URL("../dist/program/", import.meta.url).href;

/** Batches between one that is told and the one that is deleted then: some lie in chunks by then. */
const AGE = 30;

type Door = typeof import("../src/historian/embedded/embedded.ts");
type Inside = typeof import("../src/historian/embedded/engine/engine.ts");

const [folder = "", first, enough, mood, profile] = process.argv.slice(2);
const hurried = mood === "hurried";
const isPatient = mood === "patient" || mood === "lasting";
const opened = hurried ? await openEngine() : await openDoor();
if (!opened.ok) throw new Error(JSON.stringify(opened.problem));
const historian = opened.value;
let next = Number(first);
say("open");
await Promise.all(Array.from({ length: hurried ? 1 : LANES }, appendForEver));

async function openDoor() {
  const { openEmbeddedHistorian }: Door = await import(`${COMPILED}embedded.js`);
  const onTrouble = (trouble?: string) => say(trouble ? "trouble" : "fine");
  const durability = mood === "written" ? "written" : "synced";
  const pace = { profile: profile === "gateway" ? "gateway" : "server", commitEveryMs: 0 } as const;
  const options = { folder, ...pace, ...SIZES, durability } as const;
  return openEmbeddedHistorian(options, { log: silentLog, onTrouble });
}

async function openEngine() {
  const { Engine }: Inside = await import(`${COMPILED}engine.js`);
  const monotonic = () => performance.now();
  const parts = { log: silentLog, files: diskFiles, monotonic, ...QUIET };
  return Engine.open({ folder, ...SIZES }, parts);
}

async function forget(number: number): Promise<void> {
  say(`deleting ${number}`);
  for (const range of rangesOf(number)) await historian.deleteRange(range);
  say(`deleted ${number}`);
}

async function isKept(number: number): Promise<boolean> {
  try {
    await historian.append(batch(number));
    return true;
  } catch (reason) {
    if (!isPatient) throw reason;
    // Between one engine and the next all is refused at once, and the next needs a turn to begin.
    await nextTurn();
    return false;
  }
}

async function appendForEver(): Promise<void> {
  for (;;) {
    const number = next;
    next += 1;
    say((await isKept(number)) ? `${number}` : `refused ${number}`);
    if (mood === "forgetful" && number % 20 === 0 && number > AGE) await forget(number - AGE);
    if (mood !== "lasting" && number >= Number(first) + Number(enough)) process.exit();
  }
}
