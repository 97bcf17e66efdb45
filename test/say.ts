import { writeSync } from "node:fs";

const FULL_MS = 5;
const waiting = new Int32Array(new SharedArrayBuffer(4));

/**
 * A line to whoever started this process, before anything else happens: it may be killed at any
 * moment. Where that one reads slowly the pipe is full for a while, which is no reason to end.
 */
export function say(line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (let done = 0; done < bytes.length; ) done += written(bytes.subarray(done));
}

function written(bytes: Buffer): number {
  try {
    return writeSync(1, bytes);
  } catch (reason) {
    if ((reason as NodeJS.ErrnoException).code !== "EAGAIN") throw reason;
    Atomics.wait(waiting, 0, 0, FULL_MS);
    return 0;
  }
}
