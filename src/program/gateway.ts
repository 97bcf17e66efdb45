import type { ExitCode, Io } from "./io.ts";
import { runServer } from "./server.ts";

/**
 * `fieldline gateway`: the house at the edge. Devices, inbox, screens and history are those of a
 * server; it is easy on memory and on its card, and all that devices say goes up to another house.
 */
export async function runGateway(args: readonly string[], io: Io): Promise<ExitCode> {
  return runServer(["--profile", "gateway", ...args], io);
}
