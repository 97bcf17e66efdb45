import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RetainedFile } from "./retained-file.ts";
import { bodiesOf, RECORD_HEAD_BYTES } from "./session-record.ts";

const HEADER_BYTES = 8;

/**
 * Reads what the broker keeps in a folder that nobody has open, and tells what is wrong. Bytes
 * behind the last record of a segment were cut off by a crash, and never acknowledged, unless
 * another record follows them.
 */
export async function checkFolder(folder: string): Promise<readonly string[]> {
  if (!existsSync(folder)) return [];
  const faults: string[] = [];
  for (const name of readdirSync(folder).filter((one) => one.startsWith("sessions-"))) {
    const bytes = readFileSync(join(folder, name));
    let end = HEADER_BYTES;
    for (const body of bodiesOf(bytes, HEADER_BYTES)) end += RECORD_HEAD_BYTES + body.length;
    if (hasRecordBehind(bytes, end)) faults.push(`${name}: is damaged from byte ${end} on`);
  }
  const retained = await new RetainedFile(folder).read();
  if (!retained.ok) faults.push(`retained.jsonl: ${retained.problem.detail}`);
  return faults;
}

function hasRecordBehind(bytes: Buffer, end: number): boolean {
  for (let start = end + 1; start + RECORD_HEAD_BYTES < bytes.length; start += 1) {
    const length = bytes.readUInt32BE(start);
    if (length === 0 || start + RECORD_HEAD_BYTES + length > bytes.length) continue;
    if (bodiesOf(bytes, start).next().done === false) return true;
  }
  return false;
}
