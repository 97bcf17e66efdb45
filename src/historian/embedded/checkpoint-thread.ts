import { parentPort, workerData } from "node:worker_threads";
import { assert } from "../../lib/assert.ts";
import { checkpoint } from "./checkpoint.ts";

assert(parentPort, "this file is a thread of the embedded historian");
const port = parentPort;
const file = String(workerData);

/** Answers with what went wrong. */
port.on("message", () => port.postMessage(troubleOf(() => checkpoint(file))));

function troubleOf(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (reason) {
    return String(reason);
  }
}
