import { join } from "node:path";
import { checkEmbeddedHistory } from "../historian/embedded/embedded.ts";
import { configOf, type ExitCode, type Io } from "./io.ts";

/** `fieldline check`: reads the whole history of a folder that no server has open. */
export async function runCheck(args: readonly string[], io: Io): Promise<ExitCode> {
  const config = configOf(args, io);
  if (!config) return 2;
  const checked = checkEmbeddedHistory(join(config.data, "history"));
  if (!checked.ok) {
    io.complain(`${checked.problem.code}: ${checked.problem.detail}`);
    return 2;
  }
  const { chunks, samples, records, faults } = checked.value;
  for (const fault of faults) io.complain(fault);
  io.print(`${chunks} chunks, ${samples} samples, ${records} records in the log`);
  io.print(faults.length === 0 ? "all of it can be read" : `${faults.length} faults`);
  return faults.length === 0 ? 0 : 2;
}
